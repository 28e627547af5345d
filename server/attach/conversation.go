package attach

import (
	"bufio"
	"io"
	"slices"
	"sync"
)

// Conversation is what one MCP client says and hears on stdio, across the
// owners that serve it one after the other. It knows which requests have no
// answer and what a new owner must be told first.
type Conversation struct {
	in      *bufio.Reader
	limit   int // bytes of a line
	fault   func(line []byte) (answer []byte, faulty bool)
	repeats func(tool string) bool // a call of the tool may be made again unasked

	outMu sync.Mutex
	out   io.Writer

	mu      sync.Mutex
	changed *sync.Cond
	link    *Link // the present one; nil = none
	links   int
	reading bool              // a goroutine waits for the client
	lines   [][]byte          // of the client, for the link
	ended   bool              // the client said its last word
	hello   []byte            // the client's initialize, once it was answered
	ready   []byte            // its notifications/initialized
	wants   map[string][]byte // subscriptions and the log level, by what they are about
	open    map[string]*request
	asked   int // requests so far
}

// request is one of the client's that has no answer yet.
type request struct {
	Head
	line   []byte
	number int
	at     int  // which line of the link it is
	held   bool // the owner was ending and did not take it
}

// NewConversation returns one on a client's input and output, whose lines have
// at most limit bytes. fault says of a line whether it is no message, and what
// answers it; no owner gets it. repeats says of a tool whether its calls change
// nothing, so that one whose owner was killed is made again.
func NewConversation(in io.Reader, out io.Writer, limit int, fault func(line []byte) (answer []byte, faulty bool), repeats func(tool string) bool) *Conversation {
	c := &Conversation{
		in: bufio.NewReaderSize(in, 64<<10), out: out, limit: limit, fault: fault, repeats: repeats,
		wants: map[string][]byte{}, open: map[string]*request{},
	}
	c.changed = sync.NewCond(&c.mu)
	return c
}

// Ended says that the client closed its input and waits for nothing.
func (c *Conversation) Ended() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended && len(c.lines) == 0 && len(c.open) == 0
}

// Open is how many requests have no answer.
func (c *Conversation) Open() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}

// Link begins the service of an owner: the owner reads the client's lines from
// it and writes its own to it. The former link must have been ended.
func (c *Conversation) Link() *Link {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.links++
	l := &Link{c: c, number: c.links, took: -1}
	if c.hello != nil {
		l.first = append(l.first, replayed(c.hello, l.replayID(0)))
		l.waits = true
		if c.ready != nil {
			l.then = append(l.then, c.ready)
		}
		i := 0
		for _, line := range c.wants {
			i++
			l.then = append(l.then, replayed(line, l.replayID(i)))
		}
	}
	c.link = l
	return l
}

// end sorts the requests that an owner left without an answer.
func (c *Conversation) end(l *Link) {
	c.mu.Lock()
	if l.over {
		c.mu.Unlock()
		return
	}
	l.over = true
	left := make([]*request, 0, len(c.open))
	for _, r := range c.open {
		left = append(left, r)
	}
	slices.SortFunc(left, func(a, b *request) int { return a.number - b.number })
	var again, answers [][]byte
	for _, r := range left {
		delete(c.open, string(r.ID))
		switch {
		case r.held || l.took >= 0 && r.at > l.took || r.Method != methodCall || c.repeats(r.Params.Name):
			again = append(again, r.line)
		default:
			answers = append(answers, lost(r))
		}
	}
	c.lines = append(again, c.lines...)
	c.changed.Broadcast()
	c.mu.Unlock()
	for _, line := range answers {
		_ = c.write(line) // the client went away
	}
}

// Dismiss answers what no owner will: this process is ending. The last link
// must have been ended.
func (c *Conversation) Dismiss() {
	c.mu.Lock()
	lines := c.lines
	c.lines = nil
	c.mu.Unlock()
	for _, line := range lines {
		if h := HeadOf(line); h.Request() {
			_ = c.write(refusal(h.ID, codeEnding, "the server is shutting down")) // the client went away
		}
	}
}

// fetch reads the next line of the client for whoever has the link by then.
// c.mu is held.
func (c *Conversation) fetch() {
	c.reading = true
	c.mu.Unlock()
	line, answer, err := Next(c.in, c.limit, c.fault)
	if answer != nil {
		_ = c.write(answer) // the client went away
	}
	c.mu.Lock()
	c.reading = false
	if line != nil {
		c.lines = append(c.lines, append(line, '\n'))
	}
	c.ended = c.ended || err != nil
	c.changed.Broadcast()
}

func (c *Conversation) write(line []byte) error {
	c.outMu.Lock()
	defer c.outMu.Unlock()
	_, err := c.out.Write(line)
	return err
}

package attach

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Link is a conversation as one owner sees it.
type Link struct {
	c      *Conversation
	number int

	// All below is guarded by c.mu.
	over  bool
	waits bool     // for the answer to the repeated initialize
	first [][]byte // lines before the client's own: the handshake,
	then  [][]byte // and what follows once it was answered
	rest  []byte   // of a line that was read in part
	given int      // lines that were read
	took  int      // lines that an owner that ended in good order read; -1 = not known
}

// Read gives the client's lines. It ends when the client's input or the link does.
func (l *Link) Read(p []byte) (int, error) {
	c := l.c
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		switch {
		case l.over:
			return 0, io.EOF
		case len(l.rest) > 0:
			n := copy(p, l.rest)
			l.rest = l.rest[n:]
			return n, nil
		case len(l.first) > 0:
			l.rest, l.first = l.first[0], l.first[1:]
			l.given++
		case l.waits:
			c.changed.Wait()
		case len(l.then) > 0:
			l.rest, l.then = l.then[0], l.then[1:]
			l.given++
		case len(c.lines) > 0:
			line := c.lines[0]
			c.lines = c.lines[1:]
			if l.rest = c.note(l, line); l.rest != nil {
				l.given++
			}
		case c.ended:
			return 0, io.EOF
		case c.reading:
			c.changed.Wait()
		default:
			c.fetch()
		}
	}
}

// Write takes whole lines of the owner.
func (l *Link) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		line := rest
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			line = rest[:i+1]
		}
		rest = rest[len(line):]
		if line = l.c.received(l, line); line == nil {
			continue
		}
		if err := l.c.write(line); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// Took says how many lines an owner read that ended in good order: it did
// nothing of those that follow.
func (l *Link) Took(lines int) {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	l.took = lines
}

// End ends the link: what was not answered goes to the next one, or is
// answered as lost where that could do something twice.
func (l *Link) End() { l.c.end(l) }

func (l *Link) replayID(i int) string { return fmt.Sprintf(`"ratchet-attach-%d-%d"`, l.number, i) }

// asks is the id by which the client knows a question of this link's owner:
// owners number theirs alike.
func (l *Link) asks(id []byte) string { return fmt.Sprintf(`"ratchet-%d:%x"`, l.number, id) }

// asked is the id of a question of this link's owner; ok = false: it is not one.
func (l *Link) asked(id []byte) (owner []byte, ok bool) {
	text := strings.Trim(string(id), `"`)
	hex, ok := strings.CutPrefix(text, fmt.Sprintf("ratchet-%d:", l.number))
	if !ok {
		return nil, false
	}
	_, err := fmt.Sscanf(hex, "%x", &owner)
	return owner, err == nil
}

package attach

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Next reads a line of a client and returns it without its end. One of more than
// limit bytes, or in which fault finds something, is none: answer says so, where
// the protocol wants an answer.
func Next(in *bufio.Reader, limit int, fault func(line []byte) (answer []byte, faulty bool)) (line, answer []byte, err error) {
	part, err := in.ReadSlice('\n')
	line = bytes.Clone(part)
	long := false
	for errors.Is(err, bufio.ErrBufferFull) {
		part, err = in.ReadSlice('\n')
		if long = long || len(line)+len(part) > limit; !long {
			line = append(line, part...)
		}
	}
	line = bytes.TrimSpace(line)
	switch {
	case long, len(line) > limit:
		return nil, refusal(nil, -32600, fmt.Sprintf("the message is longer than %d bytes", limit)), err
	case len(line) == 0:
		return nil, nil, err
	}
	if answer, faulty := fault(line); faulty {
		return nil, answer, err
	}
	return line, nil, err
}

// Lines gives the lines of a client to the owner's session one at a time and
// counts them, so that it is known which requests an owner that ended in good
// order never took.
type Lines struct {
	in   *bufio.Reader
	mu   sync.Mutex
	n    int
	over bool
	rest []byte // of a line that was read in part; used by the reader alone
	err  error  // that follows rest
}

// NewLines reads from in.
func NewLines(in io.Reader) *Lines { return &Lines{in: bufio.NewReaderSize(in, 64<<10)} }

// Read gives at most one line.
func (l *Lines) Read(p []byte) (int, error) {
	if len(l.rest) == 0 && l.err == nil {
		l.rest, l.err = l.in.ReadSlice('\n')
		switch {
		case l.err == bufio.ErrBufferFull: //nolint:errorlint // ReadSlice returns it as it is
			l.err = nil // the line goes on
		case l.err != nil:
			l.rest = nil // half a line is no message
		}
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	var err error
	if len(l.rest) == 0 {
		err = l.err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return 0, io.EOF
	}
	if n > 0 && p[n-1] == '\n' {
		l.n++
	}
	return n, err
}

// Finish ends the reading and says how many whole lines were read.
func (l *Lines) Finish() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	return l.n
}

// endedMark begins the last line of an owner that ends in good order. It is for
// the process at the other end of the socket, not for its client.
const endedMark = `{"jsonrpc":"2.0","method":"ratchet/ended","params":{"lines":`

// farewell is the last line of an owner that took n lines.
func farewell(n int) []byte { return fmt.Appendf(nil, "%s%d}}\n", endedMark, n) }

// farewellOf reads such a line; ok = false: it is another.
func farewellOf(line []byte) (n int, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte(endedMark))
	if !ok {
		return 0, false
	}
	_, err := fmt.Fscanf(bytes.NewReader(rest), "%d}}\n", &n)
	return n, err == nil
}

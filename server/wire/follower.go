package wire

import (
	"bytes"
	"strings"
)

// Where a follower is in a connection's bytes.
type place int

const (
	inHead      place = iota // request line and headers
	inBody                   // a body of known length
	inChunkSize              // the line before a chunk
	inChunk                  // a chunk's bytes
	afterChunk               // the line end after a chunk
	inTrailer                // the headers after the last chunk
)

// Bounds of what is not body. net/http has its own, lower one for the head.
const (
	maxHead      = 128 << 10
	maxChunkLine = 256
)

// follower knows where requests begin and end on one connection. The zero
// value is at the beginning.
type follower struct {
	at    place
	left  int64  // of the body or chunk
	line  []byte // what came of the present line
	first bool   // the request line has been read
	size  int    // of the head or trailer so far
	head  head
}

// head is what matters of the headers of one request.
type head struct {
	length    int64
	lengths   int
	chunked   bool
	encodings int
	old       bool // HTTP/1.0
}

// parse takes the next bytes; false = they are not what a request may be.
func (f *follower) parse(p []byte) bool {
	for len(p) > 0 {
		switch f.at {
		case inBody, inChunk:
			n := min(f.left, int64(len(p)))
			p, f.left = p[n:], f.left-n
			if f.left > 0 {
				return true
			}
			if f.at == inChunk {
				f.at = afterChunk
			} else {
				f.next()
			}
		default:
			end := bytes.IndexByte(p, '\n')
			part := p
			if end >= 0 {
				part = p[:end+1]
			}
			if f.size += len(part); f.size > maxHead || f.at == inChunkSize && len(f.line)+len(part) > maxChunkLine {
				return false
			}
			f.line = append(f.line, part...)
			p = p[len(part):]
			if end < 0 {
				return plain(part)
			}
			if len(f.line) < 2 || f.line[len(f.line)-2] != '\r' { // a bare line feed
				return false
			}
			if !f.whole(string(f.line[:len(f.line)-2])) {
				return false
			}
			f.line = f.line[:0]
		}
	}
	return true
}

// next is at the beginning of another request.
func (f *follower) next() { *f = follower{line: f.line[:0]} }

// plain says whether a part of a line has no NUL.
func plain(part []byte) bool { return bytes.IndexByte(part, 0) < 0 }

// whole takes a whole line without its end.
func (f *follower) whole(line string) bool {
	if strings.ContainsAny(line, "\r\x00") {
		return false
	}
	switch f.at {
	case afterChunk:
		f.at = inChunkSize
		return line == ""
	case inChunkSize:
		return f.chunk(line)
	case inTrailer:
		if line == "" {
			f.next()
			return true
		}
		name, _, ok := header(line)
		return ok && !framing(name)
	default:
		if !f.first {
			f.first = line != ""
			return f.request(line)
		}
		if line == "" {
			return f.begin()
		}
		return f.header(line)
	}
}

// request checks a request line. An empty line before it is let pass, as the
// protocol says.
func (f *follower) request(line string) bool {
	if line == "" {
		return f.size <= 2
	}
	parts := strings.Split(line, " ")
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" {
		return false
	}
	f.head.old = parts[2] == "HTTP/1.0"
	return f.head.old || parts[2] == "HTTP/1.1"
}

// header splits a header line; ok = false when it is folded or its name is
// none.
func header(line string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(line, ":")
	if !ok || name == "" {
		return "", "", false
	}
	for i := range len(name) {
		if !token(name[i]) {
			return "", "", false
		}
	}
	return strings.ToLower(name), strings.Trim(value, " \t"), true
}

// token says whether a byte may be in the name of a header.
func token(b byte) bool {
	switch {
	case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9':
		return true
	default:
		return strings.IndexByte("!#$%&'*+-.^_`|~", b) >= 0
	}
}

func framing(name string) bool {
	return name == "content-length" || name == "transfer-encoding" || name == "host"
}

func (f *follower) header(line string) bool {
	name, value, ok := header(line)
	if !ok {
		return false
	}
	switch name {
	case "content-length":
		f.head.lengths++
		f.head.length, ok = number(value, 10)
		return ok && f.head.lengths == 1
	case "transfer-encoding":
		f.head.encodings++
		f.head.chunked = true
		return f.head.encodings == 1 && strings.EqualFold(value, "chunked")
	}
	return true
}

// begin is at the end of the head.
func (f *follower) begin() bool {
	h := f.head
	switch {
	case h.chunked && (h.lengths > 0 || h.old):
		return false
	case h.chunked:
		f.at, f.size = inChunkSize, 0
	case h.length > 0:
		f.at, f.left = inBody, h.length
	default:
		f.next()
	}
	return true
}

// chunk takes the line before a chunk. Extensions are allowed to be there, and
// they are not needed, so they are refused as well.
func (f *follower) chunk(line string) bool {
	n, ok := number(line, 16)
	if !ok {
		return false
	}
	f.left, f.size = n, 0
	if f.at = inChunk; n == 0 {
		f.at = inTrailer
	}
	return true
}

// number reads digits and nothing else, up to 2^60.
func number(s string, base int64) (int64, bool) {
	if s == "" || len(s) > 16 {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		var d int64
		switch b := s[i]; {
		case '0' <= b && b <= '9':
			d = int64(b - '0')
		case base == 16 && 'a' <= b && b <= 'f':
			d = int64(b-'a') + 10
		case base == 16 && 'A' <= b && b <= 'F':
			d = int64(b-'A') + 10
		default:
			return 0, false
		}
		if n = n*base + d; n > 1<<60 {
			return 0, false
		}
	}
	return n, true
}

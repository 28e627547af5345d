package rest

import (
	"bytes"
	"strconv"

	"ratchet"
	"ratchet/schema"
)

// Bounds of what a request's envelope may hold. What is the user's own, such
// as the input of a task, is only bounded in size.
const (
	maxDepth = 20
	maxItems = 1000
	maxKeys  = 100
)

// renamer writes a JSON value with the names a schema declares in the other
// spelling. It reads valid JSON only.
type renamer struct {
	src   []byte
	at    int
	out   []byte
	toMCP bool // camelCase to snake_case, with the bounds of requests; else the other way
	path  []byte
	fault *ratchet.Error
}

// value copies the value at r.at.
func (r *renamer) value(s *schema.Type, depth int) {
	r.space()
	if s == nil || s.Own {
		start := r.at
		r.skip()
		r.out = append(r.out, r.src[start:r.at]...)
		return
	}
	switch r.src[r.at] {
	case '{':
		r.object(s, depth+1)
	case '[':
		r.array(s, depth+1)
	default:
		start := r.at
		r.skip()
		text := r.src[start:r.at]
		if r.toMCP && text[0] == '"' && hasNUL(text) {
			r.refuse(ratchet.Errorf(ratchet.CodeInvalid, "the text holds a NUL character").WithHint("leave it out"))
		}
		r.out = append(r.out, text...)
	}
}

func (r *renamer) object(s *schema.Type, depth int) {
	if r.deep(depth) {
		return
	}
	var seen, again uint64 // indexes of declared keys, as bits
	r.out = append(r.out, '{')
	r.at++
	for n := 0; ; n++ {
		if r.space(); r.src[r.at] == '}' {
			r.at++
			break
		}
		if r.src[r.at] == ',' {
			r.at++
			r.space()
		}
		if n > 0 {
			r.out = append(r.out, ',')
		}
		if n == maxKeys && r.toMCP {
			r.refuse(ratchet.Errorf(ratchet.CodeInvalid, "an object has more than %d keys", maxKeys).WithHint("send fewer"))
			return
		}
		start := r.at
		r.text()
		key := r.src[start:r.at]
		r.space()
		r.at++ // the colon
		p := s.Field(string(key[1 : len(key)-1]))
		below := s.Rest
		switch {
		case p == nil:
			r.out = append(append(r.out, key...), ':')
		case !r.toMCP:
			below = p.Type
			r.key(p.Camel)
		default:
			below = p.Type
			bit := uint64(1) << (p.Index & 63)
			switch {
			case seen&bit == 0 || p.Index > 63:
				r.key(p.Name)
			case again&bit == 0 && p.Name != p.Camel:
				// Both spellings are there: the tool compares them.
				again |= bit
				r.key(p.Camel)
			default:
				r.refuse(ratchet.Errorf(ratchet.CodeInvalid, "the key %s is there twice", key).WithHint("send it once"))
				return
			}
			seen |= bit
		}
		if !r.step(key, p != nil || s.Rest != nil, func() { r.value(below, depth) }) {
			return
		}
	}
	r.out = append(r.out, '}')
}

// key writes a declared name, which needs no escapes.
func (r *renamer) key(name string) {
	r.out = append(append(append(r.out, '"'), name...), '"', ':')
}

func (r *renamer) array(s *schema.Type, depth int) {
	if r.deep(depth) {
		return
	}
	r.out = append(r.out, '[')
	r.at++
	for n := 0; ; n++ {
		if r.space(); r.src[r.at] == ']' {
			r.at++
			break
		}
		if r.src[r.at] == ',' {
			r.at++
		}
		if n > 0 {
			r.out = append(r.out, ',')
		}
		if n == maxItems && r.toMCP {
			r.refuse(ratchet.Errorf(ratchet.CodeInvalid, "an array has more than %d items", maxItems).WithHint("send fewer"))
			return
		}
		var index []byte
		if r.toMCP {
			index = strconv.AppendInt([]byte{'"'}, int64(n), 10)
			index = append(index, '"')
		}
		if !r.step(index, true, func() { r.value(s.Items, depth) }) {
			return
		}
	}
	r.out = append(r.out, ']')
}

// step reads a value below a quoted key, and keeps the place for refusals.
func (r *renamer) step(key []byte, known bool, read func()) bool {
	if !r.toMCP {
		read()
		return true
	}
	mark := len(r.path)
	if known {
		r.path = append(append(r.path, '/'), key[1:len(key)-1]...)
	}
	read()
	r.path = r.path[:mark]
	return r.fault == nil
}

func (r *renamer) deep(depth int) bool {
	if r.toMCP && depth > maxDepth {
		r.refuse(ratchet.Errorf(ratchet.CodeInvalid, "the arguments are nested more than %d deep", maxDepth).WithHint("send flatter ones"))
		return true
	}
	return r.fault != nil
}

func (r *renamer) refuse(e *ratchet.Error) {
	if r.fault == nil {
		r.fault = e.At(string(r.path))
	}
}

func (r *renamer) space() {
	for r.at < len(r.src) {
		switch r.src[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// text skips the string at r.at.
func (r *renamer) text() {
	for r.at++; ; r.at++ {
		i := bytes.IndexByte(r.src[r.at:], '"')
		r.at += i
		escapes := 0
		for r.src[r.at-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			r.at++
			return
		}
	}
}

// skip passes one value.
func (r *renamer) skip() {
	depth := 0
	for r.at < len(r.src) {
		switch c := r.src[r.at]; c {
		case '"':
			r.text()
		case '{', '[':
			depth++
			r.at++
			continue
		case '}', ']':
			depth--
			r.at++
		case ',', ':', ' ', '\t', '\n', '\r':
			r.at++
			continue
		default:
			for r.at < len(r.src) && !delimits(r.src[r.at]) {
				r.at++
			}
		}
		if depth == 0 {
			return
		}
	}
}

func delimits(c byte) bool {
	switch c {
	case ',', '}', ']', ' ', '\t', '\n', '\r', ':':
		return true
	default:
		return false
	}
}

// hasNUL says whether a JSON text holds an escaped NUL.
func hasNUL(text []byte) bool {
	for i := 0; i+5 < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		if string(text[i:i+6]) == `\u0000` {
			return true
		}
		i++ // what is escaped is no escape itself
	}
	return false
}

// camelJSON writes a result with the names its schema declares in camelCase.
func camelJSON(s *schema.Type, src, out []byte) []byte {
	r := renamer{src: src, out: out}
	r.value(s, 0)
	return r.out
}

package schema

import (
	"bytes"
	"encoding/json"
	"slices"
)

// Member is a member of a JSON object as it is written: its name has no quotes,
// but its escapes.
type Member struct{ Name, Value []byte }

// Members are members of one JSON object, in order. They are parts of its text.
type Members []Member

// Read returns m with the members of an object after them. raw must be valid. With
// room enough in m it takes no memory.
func (m Members) Read(raw []byte) Members {
	EachMember(raw, func(name, value []byte) bool {
		m = append(m, Member{name, value})
		return true
	})
	return m
}

// Value is that of the member with a name; nil = there is none.
func (m Members) Value(name string) []byte {
	for _, one := range m {
		if string(one.Name) == name {
			return one.Value
		}
	}
	return nil
}

// Says reports whether a member is true.
func (m Members) Says(name string) bool { return string(m.Value(name)) == "true" }

// Unescape writes the names without escapes: callers may write them with some.
func (m Members) Unescape() {
	for i, one := range m {
		var plain string
		if bytes.IndexByte(one.Name, '\\') >= 0 && json.Unmarshal(slices.Concat([]byte{'"'}, one.Name, []byte{'"'}), &plain) == nil {
			m[i].Name = []byte(plain)
		}
	}
}

// EachMember walks JSON that is known to be valid, such as what encoding/json has
// written: it looks for the structure only. It calls yield with the keys and values of a JSON object until it
// returns false. Keys are given as they are written, without the quotes. It
// says whether raw is an object.
func EachMember(raw []byte, yield func(key, value []byte) bool) bool {
	i := space(raw, 0)
	if i >= len(raw) || raw[i] != '{' {
		return false
	}
	for i = space(raw, i+1); i < len(raw) && raw[i] == '"'; {
		end := skip(raw, i)
		key := raw[i+1 : max(end-1, i+1)]
		i = space(raw, end)
		if i >= len(raw) || raw[i] != ':' {
			return true
		}
		i = space(raw, i+1)
		end = skip(raw, i)
		if !yield(key, raw[i:end]) {
			return true
		}
		i = space(raw, end)
		if i >= len(raw) || raw[i] != ',' {
			return true
		}
		i = space(raw, i+1)
	}
	return true
}

// EachItem walks like EachMember: it calls yield with the items of a JSON array until it returns false.
// It says whether raw is an array.
func EachItem(raw []byte, yield func(value []byte) bool) bool {
	i := space(raw, 0)
	if i >= len(raw) || raw[i] != '[' {
		return false
	}
	for i = space(raw, i+1); i < len(raw) && raw[i] != ']'; {
		end := skip(raw, i)
		if end == i || !yield(raw[i:end]) {
			return true
		}
		i = space(raw, end)
		if i >= len(raw) || raw[i] != ',' {
			return true
		}
		i = space(raw, i+1)
	}
	return true
}

// skip is the end of the value that starts at i.
func skip(raw []byte, i int) int {
	if i >= len(raw) {
		return i
	}
	switch raw[i] {
	case '"':
		return skipString(raw, i)
	case '{', '[':
		depth := 0
		for i < len(raw) {
			switch raw[i] {
			case '"':
				i = skipString(raw, i)
				continue
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
			i++
		}
		return i
	default:
		for i < len(raw) && raw[i] != ',' && raw[i] != '}' && raw[i] != ']' && raw[i] > ' ' {
			i++
		}
		return i
	}
}

// skipString is the end of the string that starts at i.
func skipString(raw []byte, i int) int {
	for i++; i < len(raw); {
		n := bytes.IndexByte(raw[i:], '"')
		if n < 0 {
			return len(raw)
		}
		end := i + n
		slashes := 0
		for end-1-slashes >= i && raw[end-1-slashes] == '\\' {
			slashes++
		}
		if i = end + 1; slashes%2 == 0 {
			return i
		}
	}
	return len(raw)
}

// space is the next place at or after i that is no white space.
func space(raw []byte, i int) int {
	for i < len(raw) && (raw[i] == ' ' || raw[i] == '\n' || raw[i] == '\t' || raw[i] == '\r') {
		i++
	}
	return i
}

package schema

import (
	"bytes"
	"encoding/json"
	"slices"
)

// Member is a member of a JSON object as it is written.
type Member struct {
	Name  string // as it is written, with its escapes
	Value json.RawMessage
}

// Members are the members of a JSON object, in order. raw must be valid.
func Members(raw json.RawMessage) (list []Member) {
	EachMember(raw, func(key, value []byte) bool {
		list = append(list, Member{string(key), value})
		return true
	})
	return list
}

// Elements are the values in a JSON array, in order. raw must be valid.
func Elements(raw json.RawMessage) (list []json.RawMessage) {
	EachItem(raw, func(value []byte) bool {
		list = append(list, value)
		return true
	})
	return list
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

// Plain is a key that EachMember yields, without its escapes.
func Plain(key []byte) string {
	if bytes.IndexByte(key, '\\') < 0 {
		return string(key)
	}
	var plain string
	if json.Unmarshal(slices.Concat([]byte{'"'}, key, []byte{'"'}), &plain) != nil {
		return string(key)
	}
	return plain
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

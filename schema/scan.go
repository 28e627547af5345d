package schema

import "encoding/json"

// Member is a member of a JSON object as it is written.
type Member struct {
	Name  string // as it is written, with its escapes
	Value json.RawMessage
}

// Members are the members of a JSON object, in order. raw must be valid and
// without blanks around it.
func Members(raw json.RawMessage) []Member {
	var list []Member
	for i := skip(raw, 1); raw[i] != '}'; {
		end := after(raw, i)
		name := string(raw[i+1 : end-1])
		start := skip(raw, skip(raw, end)+1) // behind the colon
		end = after(raw, start)
		list = append(list, Member{name, raw[start:end]})
		if i = skip(raw, end); raw[i] == ',' {
			i = skip(raw, i+1)
		}
	}
	return list
}

// Elements are the values in a JSON array, in order. raw must be valid and
// without blanks around it.
func Elements(raw json.RawMessage) []json.RawMessage {
	var list []json.RawMessage
	for i := skip(raw, 1); raw[i] != ']'; {
		end := after(raw, i)
		list = append(list, raw[i:end])
		if i = skip(raw, end); raw[i] == ',' {
			i = skip(raw, i+1)
		}
	}
	return list
}

// skip is where the blanks at i end.
func skip(b []byte, i int) int {
	for b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r' {
		i++
	}
	return i
}

// after is the end of the value that begins at i.
func after(b []byte, i int) int {
	depth := 0
	for ; i < len(b); i++ {
		switch b[i] {
		case '"':
			for i++; b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
		case ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return i
			}
			continue
		default:
			continue
		}
		if depth == 0 {
			return i + 1
		}
	}
	return i
}

package registry

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"ratchet"
	"ratchet/schema"
)

// explained adds to a refusal what follows from the arguments: which one its
// text quotes, the nearest of what is allowed, and that it is to be corrected.
func (t Tool) explained(args json.RawMessage, e *ratchet.Error) *ratchet.Error {
	if e.Code != ratchet.CodeInvalid && e.Code != ratchet.CodeNotFound {
		return e
	}
	at, pointed := e.Fields[ratchet.FieldPointer].(string)
	if !pointed {
		if at = quotedArgument(args, e.Message); at != "" {
			e.At(at)
		}
	}
	if allowed, ok := e.Fields[ratchet.FieldAllowed].([]string); ok && at != "" && e.Fields[ratchet.FieldNearest] == nil {
		if word, ok := argumentAt(args, at); ok && !slices.Contains(allowed, word) {
			if near := schema.Nearest(word, allowed); near != "" {
				e.With(ratchet.FieldNearest, near)
			}
		}
	}
	if e.Hint == "" && e.Code == ratchet.CodeInvalid && at != "" {
		e.WithHint("correct %s and call %s again", at, t.Name)
	}
	return e
}

// quotedArgument points to the only top-level argument whose value a message
// quotes; empty = there is none, or several.
func quotedArgument(args json.RawMessage, message string) string {
	var given map[string]json.RawMessage
	if json.Unmarshal(args, &given) != nil {
		return ""
	}
	found := ""
	for name, v := range given {
		var text string
		if v[0] != '"' || json.Unmarshal(v, &text) != nil || text == "" || !strings.Contains(message, strconv.Quote(text)) {
			continue
		}
		if found != "" {
			return ""
		}
		found = "/" + name
	}
	return found
}

// argumentAt is the text at a JSON pointer in the arguments.
func argumentAt(args json.RawMessage, pointer string) (text string, ok bool) {
	raw := schema.Lookup(args, pointer)
	return text, len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &text) == nil
}

package executor

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"ratchet"
	"ratchet/mask"
)

// Redacted stands where a secret's text was.
const Redacted = "[REDACTED]"

// masker replaces the text of secrets. The nil masker changes nothing, so runs
// that read no secret pay nothing.
type masker struct {
	values *mask.Values
	whole  *mask.Values // not told where a text was cut off within one
}

func newMasker(values, whole []string) *masker {
	m := &masker{mask.NewValues(Redacted, values...), mask.NewValues(Redacted, whole...).Whole()}
	if m.values == nil && m.whole == nil {
		return nil
	}
	return m
}

func (m *masker) text(s string) string {
	if m == nil || s == "" {
		return s
	}
	return m.values.Text(m.whole.Text(s))
}

func (m *masker) reader(r io.Reader) io.Reader { return m.values.Reader(m.whole.Reader(r)) }

// json masks the strings, keys and numbers inside JSON text and leaves the
// rest byte for byte, so that key order and number spelling survive.
func (m *masker) json(raw json.RawMessage) json.RawMessage {
	if m == nil || len(raw) == 0 {
		return raw
	}
	var out bytes.Buffer
	changed := false
	for i := 0; i < len(raw); {
		end := tokenEnd(raw, i)
		token := raw[i:end]
		i = end
		if masked, ok := m.token(token); ok {
			out.Write(masked)
			changed = true
			continue
		}
		out.Write(token)
	}
	if !changed {
		return raw
	}
	return out.Bytes()
}

// tokenEnd returns the end of the string, the number or the single byte at i.
func tokenEnd(raw []byte, i int) int {
	switch c := raw[i]; {
	case c == '"':
		for j := i + 1; j < len(raw); j++ {
			switch raw[j] {
			case '\\':
				j++
			case '"':
				return j + 1
			}
		}
		return len(raw)
	case c == '-' || c >= '0' && c <= '9':
		j := i + 1
		for j < len(raw) && strings.IndexByte("0123456789+-.eE", raw[j]) >= 0 {
			j++
		}
		return j
	default:
		return i + 1
	}
}

// token returns the masked form of a string or number token, and whether it
// differs. A number that holds a secret becomes a string.
func (m *masker) token(token []byte) ([]byte, bool) {
	if len(token) < 2 && token[0] != '-' && (token[0] < '0' || token[0] > '9') {
		return nil, false
	}
	text := string(token)
	if token[0] == '"' {
		if json.Unmarshal(token, &text) != nil {
			return nil, false
		}
	}
	masked := m.text(text)
	if masked == text {
		return nil, false
	}
	quoted, err := json.Marshal(masked)
	return quoted, err == nil
}

func (m *masker) lines(lines []ratchet.LogLine) {
	if m == nil {
		return
	}
	for i := range lines {
		l := &lines[i]
		l.Message, l.Fields, l.Error = m.text(l.Message), m.json(l.Fields), m.json(l.Error)
	}
}

func (m *masker) progress(p ratchet.Progress) ratchet.Progress {
	p.Step, p.Message, p.Data = m.text(p.Step), m.text(p.Message), m.json(p.Data)
	return p
}

func (m *masker) failure(e *ratchet.ExecutionError) {
	if m == nil || e == nil {
		return
	}
	e.Message, e.Stack, e.Snippet, e.Hint = m.text(e.Message), m.text(e.Stack), m.text(e.Snippet), m.text(e.Hint)
	if len(e.Details) == 0 {
		return
	}
	// Details may hold anything JSON can: mask them as JSON.
	raw, err := json.Marshal(e.Details)
	if err != nil {
		e.Details = nil
		return
	}
	details := map[string]any{}
	if json.Unmarshal(m.json(raw), &details) == nil {
		e.Details = details
	}
}

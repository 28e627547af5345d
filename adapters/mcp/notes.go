package mcp

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet/schema"
)

// withNotes says how the arguments were read, where a model sees it: in the JSON
// of the result, and behind a text that is none.
func withNotes(res *mcp.CallToolResult, notes []string) *mcp.CallToolResult {
	if len(notes) == 0 {
		return res
	}
	raw, _ := res.StructuredContent.(json.RawMessage)
	text, ok := res.Content[0].(*mcp.TextContent)
	if raw == nil && ok && res.IsError {
		raw = json.RawMessage(text.Text)
	}
	if len(raw) == 0 || raw[0] != '{' || !ok {
		res.Content = append(res.Content, &mcp.TextContent{Text: "Note: " + strings.Join(notes, "; ")})
		return res
	}
	noted := addNotes(raw, notes)
	text.Text = string(noted)
	if res.StructuredContent != nil {
		res.StructuredContent = noted
	}
	return res
}

// addNotes puts notes before the members of an object, together with those that
// it has.
func addNotes(raw json.RawMessage, notes []string) json.RawMessage {
	var rest json.RawMessage
	for _, m := range schema.Members(nil).Read(raw) {
		var own []string
		if string(m.Name) == "notes" && json.Unmarshal(m.Value, &own) == nil {
			notes = append(notes, own...)
			continue
		}
		rest = fmt.Appendf(rest, `,"%s":%s`, m.Name, m.Value)
	}
	return fmt.Appendf(nil, `{"notes":%s%s}`, toJSON(notes), rest)
}

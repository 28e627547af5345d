package mcp

import (
	"bytes"
	"context"
	"encoding/json"

	"ratchet/registry"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/schema"
)

// result turns what a tool returned into what MCP sends.
func (s *Server) result(ctx context.Context, t registry.Tool, out any, err error, id string) *mcp.CallToolResult {
	if err != nil {
		return s.failed(t, err, id)
	}
	meta := mcp.Meta{"request_id": id}
	switch v := out.(type) {
	case registry.Markdown:
		for key, value := range v.Meta {
			meta[key] = value
		}
		return &mcp.CallToolResult{Meta: meta, Content: []mcp.Content{&mcp.TextContent{Text: v.Text}}}
	case registry.Content:
		return &mcp.CallToolResult{Meta: meta, Content: blocks(v.Blocks)}
	}
	raw, err := registry.Encode(out)
	if err != nil {
		s.cfg.Log.ErrorContext(ctx, "result cannot be encoded", "request_id", id, "error", err)
		return s.failed(t, err, id)
	}
	res := &mcp.CallToolResult{Meta: meta, StructuredContent: raw, Content: []mcp.Content{&mcp.TextContent{Text: string(raw)}}}
	whole := raw
	if brief, ok := out.(registry.Brief); ok {
		whole = brief.Whole
	}
	repeat(meta, whole)
	if f, ok := out.(registry.Failed); ok {
		if e := f.Failure(); e != nil {
			res.IsError = true
			if meta["error_type"] == nil {
				meta["error_type"] = e.Code.ErrorType()
			}
		}
	}
	if l, ok := out.(registry.Linked); ok {
		for _, link := range l.Links() {
			res.Content = append(res.Content, &mcp.ResourceLink{URI: link.URI, Name: link.Name, Description: link.Description, MIMEType: link.MIMEType})
		}
	}
	return res
}

// failed is an error as a result the model can read. Its body is the text:
// clients check structured content against the tool's output schema, errors
// too, and an error does not conform to it.
func (s *Server) failed(t registry.Tool, err error, id string) *mcp.CallToolResult {
	body := ratchet.Body(err, id)
	if cause := ratchet.AsError(err).Err; cause != nil && s.cfg.DevErrors() {
		body.Message += ": " + cause.Error()
	}
	raw := toJSON(body)
	meta := mcp.Meta{"request_id": id, "error_type": body.ErrorType}
	repeat(meta, raw)
	res := &mcp.CallToolResult{Meta: meta, IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: string(raw)}}}
	if t.Out == nil {
		res.StructuredContent = raw
	}
	return res
}

// repeat copies the handles of a result into its _meta.
func repeat(meta mcp.Meta, raw json.RawMessage) {
	if !bytes.Contains(raw, []byte(`"task_id"`)) && !bytes.Contains(raw, []byte(`"execution_id"`)) &&
		!bytes.Contains(raw, []byte(`"error_type"`)) {
		return
	}
	schema.EachMember(raw, func(key, value []byte) bool {
		switch string(key) {
		case "task_id", "execution_id", "error_type":
			if v := any(nil); json.Unmarshal(value, &v) == nil && v != nil {
				meta[string(key)] = v
			}
		}
		return true
	})
}

func blocks(list []registry.Block) []mcp.Content {
	content := make([]mcp.Content, 0, len(list))
	for _, b := range list {
		content = append(content, block(b))
	}
	return content
}

func block(b registry.Block) mcp.Content {
	switch b.Type {
	case "image":
		return &mcp.ImageContent{Data: b.Data, MIMEType: b.MIMEType}
	case "audio":
		return &mcp.AudioContent{Data: b.Data, MIMEType: b.MIMEType}
	case "resource":
		return &mcp.EmbeddedResource{Resource: &mcp.ResourceContents{URI: b.URI, MIMEType: b.MIMEType, Text: b.Text, Blob: b.Data}}
	case "resource_link":
		return &mcp.ResourceLink{URI: b.URI, Name: b.Name, MIMEType: b.MIMEType, Description: b.Text}
	default:
		return &mcp.TextContent{Text: b.Text}
	}
}

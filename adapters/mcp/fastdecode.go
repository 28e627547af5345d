package mcp

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// message is one JSON-RPC message, read as far as the fast path needs.
type message struct {
	id     json.RawMessage // a number or a string as the client wrote it; nil = a notification
	method string
	params json.RawMessage
}

// plainCall is a tools/call with nothing in it that needs the SDK.
type plainCall struct {
	id      json.RawMessage
	tool    string
	args    json.RawMessage
	version string                                  // of _meta; empty in the handshake era
	era     string                                  // version that the connection speaks; empty = not said
	trace   struct{ parent, state, baggage string } // of _meta
}

// maxDepth is how deep messages may nest to be read here.
const maxDepth = 200

// decodeMessage reads a message that is known to be valid JSON. It is stricter
// than the protocol: what it does not know by heart is for the SDK.
func decodeMessage(raw []byte) (m message, ok bool) {
	version := false
	ok = utf8.Valid(raw) && members(raw, func(key string, value json.RawMessage) bool {
		switch {
		case key == "jsonrpc" && !version:
			version = string(value) == `"2.0"`
			return version
		case key == "id" && m.id == nil:
			m.id = value
			return plainID(value)
		case key == "method" && m.method == "":
			m.method, _ = plainString(value)
			return m.method != ""
		case key == "params" && m.params == nil:
			m.params = value
			return true
		}
		return false
	})
	return m, ok && version && m.method != ""
}

// plain reads a tools/call whose answer needs no session: without a progress
// token, a log level or the answers of an earlier round.
func (m message) plain() (c plainCall, ok bool) {
	if m.method != methodCallTool || m.id == nil || m.params == nil {
		return c, false
	}
	c.id = m.id
	meta := false
	ok = members(m.params, func(key string, value json.RawMessage) bool {
		switch {
		case key == "name" && c.tool == "":
			c.tool, _ = plainString(value)
			return c.tool != ""
		case key == "arguments" && c.args == nil:
			c.args = value
			return value[0] == '{' || string(value) == "null"
		case key == "_meta" && !meta:
			meta = true
			return c.meta(value)
		}
		return false
	})
	return c, ok && c.tool != ""
}

// meta reads _meta. In the later era it must say the version and what the
// client can do.
func (c *plainCall) meta(raw json.RawMessage) bool {
	capable := false
	ok := members(raw, func(key string, value json.RawMessage) bool {
		switch key {
		case mcp.MetaKeyProtocolVersion:
			c.version, _ = plainString(value)
			return c.version == modernEra
		case mcp.MetaKeyClientCapabilities:
			capable = true
			if bytes.Contains(value, []byte(`/tasks"`)) {
				return false // the answer may be a task: see asTask
			}
			return string(value) == "{}" || json.Unmarshal(value, new(mcp.ClientCapabilities)) == nil
		case mcp.MetaKeyClientInfo:
			return value[0] == '{' && json.Unmarshal(value, new(mcp.Implementation)) == nil
		case "traceparent":
			c.trace.parent, _ = plainString(value)
		case "tracestate":
			c.trace.state, _ = plainString(value)
		case "baggage":
			c.trace.baggage, _ = plainString(value)
		case "progressToken", mcp.MetaKeyLogLevel, MetaVerbose:
			return false
		}
		return true
	})
	return ok && capable == (c.version != "")
}

// cancels is the id that a notifications/cancelled names.
func (m message) cancels() (id json.RawMessage, ok bool) {
	if m.method != "notifications/cancelled" || m.id != nil || m.params == nil {
		return nil, false
	}
	ok = members(m.params, func(key string, value json.RawMessage) bool {
		if key == "requestId" {
			id = value
		}
		return true
	})
	return id, ok && plainID(id)
}

// plainID says whether an id is a short whole number or a string.
func plainID(raw json.RawMessage) bool {
	if _, ok := plainString(raw); ok {
		return true
	}
	digits := bytes.TrimPrefix(raw, []byte("-"))
	return len(digits) > 0 && len(digits) <= 15 && len(bytes.Trim(digits, "0123456789")) == 0 && string(raw) != "-0"
}

// plainString is the value of a string without escapes.
func plainString(raw json.RawMessage) (string, bool) {
	if len(raw) < 2 || raw[0] != '"' || bytes.IndexByte(raw, '\\') >= 0 {
		return "", false
	}
	return string(raw[1 : len(raw)-1]), true
}

// members calls each for the members of an object in valid JSON, until each
// refuses one. It reads no object with escapes in its names.
func members(object []byte, each func(key string, value json.RawMessage) bool) bool {
	i := blanks(object, 0)
	if i >= len(object) || object[i] != '{' {
		return false
	}
	for i = blanks(object, i+1); object[i] != '}'; {
		end := value(object, i)
		key, ok := plainString(object[i:max(end, i)])
		if !ok {
			return false
		}
		start := blanks(object, blanks(object, end)+1) // after the colon
		if end = value(object, start); end < 0 || !each(key, object[start:end]) {
			return false
		}
		if i = blanks(object, end); object[i] == ',' {
			i = blanks(object, i+1)
		}
	}
	return true
}

func blanks(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// value returns the end of the value that begins at i in valid JSON; -1 when
// it nests too deeply.
func value(b []byte, i int) int {
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
			if depth++; depth > maxDepth {
				return -1
			}
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

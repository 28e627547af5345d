package mcp

import (
	"encoding/json"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
)

// FuzzDecodeMessage compares the reader with the SDK's: what it takes, the SDK
// takes too, and both see the same.
func FuzzDecodeMessage(f *testing.F) {
	for _, params := range plainParams {
		if len(params) < 1000 {
			f.Add(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{` + params + `}}`)
		}
	}
	f.Add(`{ "id" : "a" , "params":{"_meta":{` + `"traceparent":"x"},"name":"n"}, "method":"tools/call","jsonrpc":"2.0" }`)
	f.Add(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":-3}}`)
	f.Fuzz(func(t *testing.T, raw string) {
		if !json.Valid([]byte(raw)) {
			return
		}
		m, ok := decodeMessage([]byte(raw))
		if !ok {
			return
		}
		theirs, err := jsonrpc.DecodeMessage([]byte(raw))
		if err != nil {
			t.Fatalf("the SDK refuses it: %v", err)
		}
		req, ok := theirs.(*jsonrpc.Request)
		if !ok || req.Method != m.method || req.IsCall() != (m.id != nil) {
			t.Fatalf("%+v, and the SDK reads %+v", m, theirs)
		}
		c, ok := m.plain()
		if !ok {
			return
		}
		var call struct {
			Name      string
			Arguments json.RawMessage
		}
		if err := json.Unmarshal(req.Params, &call); err != nil {
			t.Fatal(err)
		}
		if call.Name != c.tool || string(call.Arguments) != string(c.args) {
			t.Errorf("%q %s; want %q %s", c.tool, c.args, call.Name, call.Arguments)
		}
	})
}

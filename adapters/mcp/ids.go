package mcp

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
)

// idMark begins the ids under which the SDK knows requests whose own id it
// would change: it reads every number as a float64 and cuts it to an integer.
const idMark = "ratchet-id-"

// answerHead begins every response of the SDK.
const answerHead = `{"jsonrpc":"2.0","id":`

// keptID says whether the SDK answers with an id as the client wrote it.
func keptID(id json.RawMessage) bool {
	text, ok := plainString(id)
	if !ok {
		return plainID(id)
	}
	odd := func(r rune) bool { return r < ' ' || r > '~' || strings.ContainsRune("<>&", r) }
	return !strings.HasPrefix(text, idMark) && !strings.ContainsFunc(text, odd)
}

// withSafeID is a request, or the cancelling of one, as the SDK gets it: with an id
// that it does not change. notRPC found no fault in raw.
func withSafeID(raw []byte) []byte {
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) != nil || m["method"] == nil {
		return raw // a response has the id that we gave
	}
	mark := func(of map[string]json.RawMessage, key string) bool {
		id := of[key]
		if len(id) == 0 || keptID(id) || !isID(id) {
			return false
		}
		of[key] = json.RawMessage(`"` + idMark + hex.EncodeToString(id) + `"`)
		return true
	}
	changed := mark(m, "id")
	var params map[string]json.RawMessage
	if string(m["method"]) == `"notifications/cancelled"` && json.Unmarshal(m["params"], &params) == nil && mark(params, "requestId") {
		m["params"], changed = toJSON(params), true
	}
	if !changed {
		return raw
	}
	return toJSON(m)
}

// restoreID is a message of the SDK as the client gets it: with the id that the
// client gave, and with errors in terms of the protocol. code is that of an
// error; 0 = it is none.
func restoreID(message []byte) (out []byte, code int64) {
	if rest, ok := bytes.CutPrefix(message, []byte(`{"jsonrpc":"2.0","error":`)); ok { // of no request
		message = append([]byte(answerHead+`null,"error":`), rest...)
	}
	rest, ok := bytes.CutPrefix(message, []byte(answerHead))
	if !ok {
		return message, 0
	}
	end := value(rest, 0)
	id, rest := rest[:end], rest[end:]
	if text, ok := bytes.CutPrefix(id, []byte(`"`+idMark)); ok {
		if own, err := hex.DecodeString(strings.TrimSuffix(string(text), `"`)); err == nil {
			id = own
		}
	}
	if bytes.HasPrefix(rest, []byte(`,"error":`)) {
		var m struct {
			Error jsonrpc.Error `json:"error"`
		}
		if json.Unmarshal(message, &m) == nil {
			e := reworded(m.Error)
			fault := toJSON(map[string]any{"code": e.Code, "message": e.Message})
			if len(e.Data) > 0 {
				fault = toJSON(map[string]any{"code": e.Code, "message": e.Message, "data": e.Data})
			}
			tail := message[len(bytes.TrimRight(message, "\n")):]
			rest, code = append(append([]byte(`,"error":`), fault...), append([]byte("}"), tail...)...), e.Code
		}
	}
	return append(append([]byte(answerHead), id...), rest...), code
}

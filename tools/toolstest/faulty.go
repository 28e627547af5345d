package toolstest

import "strings"

// Codes of JSON-RPC 2.0, section 5.1.
const (
	parseError     = -32700
	invalidRequest = -32600
)

// FaultyMessages returns lines that are no messages of the protocol, with the codes of
// JSON-RPC that refuse them.
func FaultyMessages() map[string]int {
	return map[string]int{
		`{`:       parseError,
		`{"a":"b`: parseError,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ratchet_echo","arguments":{"te`:                parseError,
		`{"jsonrpc":"2.0","id"=1,"method":"ping"}`:                                                                      parseError,
		`{"jsonrpc":"2.0","id":007,"method":"ping"}`:                                                                    parseError,
		`{"jsonrpc":"2.0","id":1 "method":"ping"}`:                                                                      parseError,
		`{"jsonrpc":"2.0","id":1,"method":"ping"}x`:                                                                     parseError,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ratchet_echo","arguments":{"text":"\ud800"}}}`: parseError,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ratchet_echo","arguments":{"text":1e}}}`:       parseError,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{"text":"a","text":"b"}}}`:      parseError,
		`null`: invalidRequest,
		`5`:    invalidRequest,
		`[]`:   invalidRequest,
		`[{"jsonrpc":"2.0","id":1,"method":"ping"}]`:  invalidRequest,
		`{"jsonrpc":"1.0","id":1,"method":"ping"}`:    invalidRequest,
		`{"id":1,"method":"ping"}`:                    invalidRequest,
		`{"jsonrpc":"2.0","id":true,"method":"ping"}`: invalidRequest,
		`{"jsonrpc":"2.0","id":[1],"method":"ping"}`:  invalidRequest,
		`{"jsonrpc":"2.0","id":{},"method":"ping"}`:   invalidRequest,
		`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}}`: invalidRequest,
		`{"jsonrpc":"2.0","id":1,"method":5}`: invalidRequest,
		`{"jsonrpc":"2.0","id":1}`:            invalidRequest,
	}
}

package mcp

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
)

// codeUninitialized answers requests that come before initialize.
const codeUninitialized = -32002

// reworded is an error of the SDK's own in terms of the protocol: some of them
// have no code, or name types of Go.
func reworded(e jsonrpc.Error) jsonrpc.Error {
	switch {
	case strings.Contains(e.Message, "is invalid during session initialization"):
		e.Code, e.Message = codeUninitialized, "the session is not initialized: send initialize first, then notifications/initialized"
	case e.Code == 0 && strings.HasPrefix(e.Message, `duplicate "initialize"`):
		e.Code, e.Message = jsonrpc.CodeInvalidParams, "the session is initialized already: initialize is sent once"
	case strings.Contains(e.Message, "unmarshaling ") || strings.Contains(e.Message, "cannot unmarshal"):
		e.Code, e.Message = jsonrpc.CodeInvalidParams, wrongType(e.Message)
	case strings.Contains(e.Message, "JSON RPC not handled"):
		e.Code, e.Message = jsonrpc.CodeMethodNotFound, "there is no method "+between(e.Message, `"`, `"`)
	case strings.Contains(e.Message, `missing required "params"`):
		e.Code, e.Message = jsonrpc.CodeInvalidParams, "params are missing: this method needs them, as an object"
	case e.Code == 0 && strings.Contains(e.Message, "context canceled"): // before its handler began
		e.Code, e.Message = codeCancelled, "request cancelled"
	case e.Code == 0:
		e.Code = jsonrpc.CodeInternalError
	}
	return e
}

// wrongType says which parameter has a type that the protocol does not have there.
func wrongType(message string) string {
	method := between(message, "handling '", "'")
	found := regexp.MustCompile(`Go struct field \w+\.\w+\.([\w./]+) of type ([\w.\[\]*]+)`).FindStringSubmatch(message)
	if found == nil && !strings.Contains(message, "Go value of type") {
		return fmt.Sprintf("the params of %s are not those of the protocol", method)
	}
	if found == nil {
		return fmt.Sprintf("the params of %s have another type than the protocol gives them: they are an object", method)
	}
	want, ok := map[string]string{"string": "a string", "bool": "true or false", "float64": "a number", "int": "a whole number", "int64": "a whole number"}[found[2]]
	if !ok {
		want = "an object or a list"
	}
	return fmt.Sprintf("params.%s of %s must be %s", strings.ReplaceAll(found[1], "/", "."), method, want)
}

// between is what stands in s between two marks; empty when it has them not.
func between(s, from, to string) string {
	_, rest, _ := strings.Cut(s, from)
	text, _, _ := strings.Cut(rest, to)
	return text
}

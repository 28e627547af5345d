package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	mcpserver "ratchet/adapters/mcp"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
)

// endpoint is the URL of --connect. One without a path means /mcp.
func (a *app) endpoint() (*url.URL, error) {
	u, err := url.Parse(a.connect)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "--connect %q is not an http URL", a.connect).
			WithHint("e.g. --connect http://127.0.0.1:8080/mcp")
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = "/mcp"
	}
	return u, nil
}

// bearer adds the token to the requests of one host, and only of that one: a
// redirect must not carry it elsewhere. It remembers when it was refused.
type bearer struct {
	token   string
	host    string
	refused *atomic.Int32 // the last status of 401, 403 or 503
}

// RoundTrip sends a request with the token.
func (b bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	if b.token != "" && req.URL.Host == b.host {
		req = req.Clone(req.Context())
		req.Header.Set("Authorization", "Bearer "+b.token)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err == nil && slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusServiceUnavailable}, res.StatusCode) {
		b.refused.Store(int32(res.StatusCode)) //nolint:gosec // one of three statuses
	}
	return res, err
}

// dial opens a session with the server at --connect.
func (a *app) dial(ctx context.Context) (*mcp.ClientSession, error) {
	u, err := a.endpoint()
	if err != nil {
		return nil, err
	}
	door := bearer{a.token, u.Host, new(atomic.Int32)}
	client := mcp.NewClient(&mcp.Implementation{Name: "ratchet-cli", Version: version}, nil)
	session, err := client.Connect(ctx, &mcp.StreamableClientTransport{
		Endpoint: u.String(), DisableStandaloneSSE: true, MaxRetries: -1, HTTPClient: &http.Client{Transport: door},
	}, nil)
	switch {
	case err == nil:
		return session, nil
	case door.refused.Load() == http.StatusUnauthorized:
		return nil, ratchet.Errorf(ratchet.CodeUnauthenticated, "the server at %s rejected the token", u.Redacted()).Wrap(err).
			WithHint("give it with --auth-token or RATCHET_AUTH_TOKEN")
	case door.refused.Load() == http.StatusForbidden:
		return nil, ratchet.Errorf(ratchet.CodeDenied, "the server at %s refuses this caller", u.Redacted()).Wrap(err)
	case door.refused.Load() == http.StatusServiceUnavailable:
		return nil, ratchet.Errorf(ratchet.CodeUnavailable, "the server at %s takes no calls now: it is shutting down, or too busy", u.Redacted()).Wrap(err).
			WithHint("call again in a moment; GET /ready says when it takes calls")
	default:
		return nil, unreachable(u, err)
	}
}

func unreachable(u *url.URL, err error) *ratchet.Error {
	return ratchet.Errorf(ratchet.CodeUnavailable, "no MCP server answers at %s", u.Redacted()).Wrap(err).
		WithHint("start one with `ratchet serve`")
}

// callRemote calls a tool of another process and prints its result, after work
// that goes on in the owner of the local data has ended.
func (a *app) callRemote(ctx context.Context, to reach, tool string, args json.RawMessage) error {
	result, err := a.callOn(ctx, to.session, tool, args)
	if err != nil {
		return err
	}
	if result.StructuredContent == nil {
		return a.printBlocks(result)
	}
	var out any = textOf(result)
	if to.attached {
		if out, err = a.settle(ctx, insideOwner, to.call, out); err != nil {
			return err
		}
	}
	return a.print(out)
}

func (a *app) printBlocks(result *mcp.CallToolResult) error {
	for _, content := range result.Content {
		text, ok := content.(*mcp.TextContent)
		if !ok {
			continue
		}
		if !json.Valid([]byte(text.Text)) {
			a.printText(text.Text)
		} else if err := a.print(json.RawMessage(text.Text)); err != nil {
			return err
		}
	}
	return nil
}

// textOf is a structured result as the server wrote it: decoded, it has lost
// the order of its names.
func textOf(result *mcp.CallToolResult) json.RawMessage {
	for _, content := range result.Content {
		if text, ok := content.(*mcp.TextContent); ok && json.Valid([]byte(text.Text)) {
			return json.RawMessage(text.Text)
		}
	}
	data, _ := json.Marshal(result.StructuredContent) // it was JSON
	return data
}

// callOn calls a tool. Failures that the server reports become errors with its
// code; of a run that failed there is a result, and the command fails with it.
func (a *app) callOn(ctx context.Context, session *mcp.ClientSession, tool string, args any) (*mcp.CallToolResult, error) {
	result, err := session.CallTool(ctx, whole(tool, args))
	if err != nil {
		return nil, a.refusal(err)
	}
	if !result.IsError {
		return result, nil
	}
	failure, whole := failureIn(result)
	if whole {
		return nil, failure
	}
	a.failed = failure.Code
	if !a.machine() {
		a.complain(failure)
	}
	return result, nil
}

// whole is a call of which a person or a program reads the result.
func whole(tool string, args any) *mcp.CallToolParams {
	return &mcp.CallToolParams{Meta: mcp.Meta{mcpserver.MetaVerbose: true}, Name: tool, Arguments: args}
}

// refusal is a protocol error of the server as one of ours.
func (a *app) refusal(err error) error {
	var wire *jsonrpc.Error
	if !errors.As(err, &wire) {
		return ratchet.Errorf(ratchet.CodeUnavailable, "the server ended the call: %s", err).Wrap(err).
			WithHint("its log says why; the run may go on: look with ratchet_list_executions")
	}
	if failure := faultIn(wire.Data); failure.Message != "" {
		if failure.Hint == "" {
			failure.WithHint("%s", a.hintTools())
		}
		return failure.Wrap(err)
	}
	return ratchet.Errorf(ratchet.CodeInvalid, "the server refused the call: %s", wire.Message).Wrap(err).
		WithHint("%s", a.hintTools())
}

func (a *app) hintTools() string {
	if a.connect == "" {
		return "`ratchet tools` lists the tools"
	}
	return "`ratchet tools --connect " + a.connect + "` lists its tools"
}

// failureIn reads the error of a failed result; whole says that the result is
// nothing but the error, not a run that failed.
func failureIn(result *mcp.CallToolResult) (failure *ratchet.Error, whole bool) {
	data, _ := json.Marshal(result.StructuredContent)
	if result.StructuredContent == nil && len(result.Content) > 0 {
		if text, ok := result.Content[0].(*mcp.TextContent); ok {
			data = []byte(text.Text)
		}
	}
	var body struct {
		Code  string          `json:"code"`
		Error json.RawMessage `json:"error"`
	}
	_ = json.Unmarshal(data, &body)
	if whole = body.Code != ""; whole || body.Error == nil {
		return faultIn(data), whole
	}
	return faultIn(body.Error), false
}

// faultIn reads an error that a server answered.
func faultIn(data []byte) *ratchet.Error {
	var found ratchet.ErrorBody
	_ = json.Unmarshal(data, &found)
	failure := &ratchet.Error{Code: ratchet.CodeScript, Message: found.Message, Hint: found.Hint}
	for _, code := range ratchet.Codes() {
		if code.Wire() == found.Code || string(code) == found.Code {
			failure.Code = code
			break
		}
	}
	if found.Allowed != nil {
		failure.With(ratchet.FieldAllowed, found.Allowed)
	}
	if found.Example != nil {
		failure.With(ratchet.FieldExample, found.Example)
	}
	for key, text := range map[string]string{
		ratchet.FieldNearest: found.Nearest, ratchet.FieldPointer: found.Field, ratchet.FieldRequestID: found.RequestID,
	} {
		if text != "" {
			failure.With(key, text)
		}
	}
	if found.NextTool != nil {
		failure.With(ratchet.FieldNextTool, *found.NextTool)
	}
	return failure
}

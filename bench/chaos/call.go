package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// errNoServer says that there is no server to call now.
var errNoServer = errors.New("no server is running")

// maxAnswer bounds what is read of an answer.
const maxAnswer = 8 << 20

// answer is a tool's result: of an execution, or the error of the call.
type answer struct {
	IsError bool                    `json:"isError"`
	Content []struct{ Text string } `json:"content"`
	Value   struct {
		Code    string `json:"code"` // of the error of a call
		Message string `json:"message"`
		Error   struct {
			Name    string `json:"name"`
			Message string `json:"message"`
		} `json:"error"` // of a run
		ExecutionID string          `json:"execution_id"`
		TaskID      string          `json:"task_id"`
		Status      string          `json:"status"`
		Output      json.RawMessage `json:"output"`
		Pagination  struct {
			Total int `json:"total_count"`
		} `json:"pagination"`
	} `json:"structuredContent"`
}

// call makes one stateless tool call. An error means that nothing is known.
func (b *bench) call(ctx context.Context, client *http.Client, tool string, args any) (*answer, error) {
	p := b.current()
	if p == nil {
		return nil, errNoServer
	}
	body, err := json.Marshal(map[string]any{
		"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": map[string]any{
			"name": tool, "arguments": args, "_meta": map[string]any{"ratchet/verbose": true}, // all that it says is compared
		},
	})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/mcp", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	if i := bytes.Index(text, []byte("data: ")); i >= 0 && !bytes.HasPrefix(text, []byte("{")) {
		text, _, _ = bytes.Cut(text[i+len("data: "):], []byte("\n"))
	}
	var message struct {
		Result *answer
		Error  json.RawMessage
	}
	if err := json.Unmarshal(text, &message); err != nil || message.Result == nil {
		return nil, fmt.Errorf("status %d: %.300s", res.StatusCode, text)
	}
	if a := message.Result; a.IsError && len(a.Content) > 0 && a.Value.Code == "" && a.Value.ExecutionID == "" {
		if err := json.Unmarshal([]byte(a.Content[0].Text), &a.Value); err != nil { // an error is text alone
			return nil, fmt.Errorf("the text of an error: %w", err)
		}
	}
	return message.Result, nil
}

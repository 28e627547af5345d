package dap

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/google/go-dap"
)

// Server serves one editor. Call is required.
type Server struct {
	// Call calls the debugger tool and returns its result as JSON.
	Call func(ctx context.Context, args map[string]any) (json.RawMessage, error)
	// Load makes a folder of launch a task and returns its name; nil = folders
	// cannot be launched.
	Load func(ctx context.Context, folder string) (task string, err error)

	Task  string          // debugged unless launch names another
	Input json.RawMessage // of Task unless launch gives one; nil = {}
	Root  string          // folder that the files of frames are in; empty = files have no path
}

// Serve answers requests until the editor disconnects or ctx is done.
func (s Server) Serve(ctx context.Context, r io.Reader, w io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	c := &conversation{Server: s, ctx: ctx, w: w, breaks: map[string][]dap.SourceBreakpoint{}, exceptions: "uncaught"}
	defer c.running.Wait()
	defer cancel()
	defer c.leave()
	in := bufio.NewReader(r)
	for {
		m, err := dap.ReadProtocolMessage(in)
		switch {
		case errors.Is(err, io.EOF), ctx.Err() != nil:
			return nil
		case err != nil:
			var unknown *dap.DecodeProtocolMessageFieldError
			if errors.As(err, &unknown) {
				c.send(&dap.ErrorResponse{Response: dap.Response{
					ProtocolMessage: dap.ProtocolMessage{Type: "response"}, RequestSeq: unknown.Seq,
					Message: "this adapter does not know the request",
				}})
				continue
			}
			return fmt.Errorf("read from the editor: %w", err)
		}
		request, ok := m.(dap.RequestMessage)
		if !ok {
			continue
		}
		if c.handle(request) {
			return nil
		}
	}
}

// conversation is what is known of one editor.
type conversation struct {
	Server

	ctx     context.Context
	running sync.WaitGroup

	sending sync.Mutex
	w       io.Writer
	seq     int

	mu         sync.Mutex
	start      map[string]any // arguments of the session to start; nil = not asked for yet
	configured bool
	session    string // id; empty = not started, or over
	breaks     map[string][]dap.SourceBreakpoint
	ids        map[string]int // number of a breakpoint in the editor, by id
	exceptions string
	state      result // of the last stop
	refs       []reference
}

// send numbers and writes a message. A closed pipe ends the reading loop.
func (c *conversation) send(m dap.Message) {
	c.sending.Lock()
	defer c.sending.Unlock()
	c.seq++
	switch m := m.(type) {
	case dap.ResponseMessage:
		m.GetResponse().Seq = c.seq
	case dap.EventMessage:
		m.GetEvent().Seq = c.seq
	}
	_ = dap.WriteProtocolMessage(c.w, m)
}

func answer(r dap.RequestMessage) dap.Response {
	q := r.GetRequest()
	return dap.Response{
		ProtocolMessage: dap.ProtocolMessage{Type: "response"}, RequestSeq: q.Seq, Success: true, Command: q.Command,
	}
}

func event(name string) dap.Event {
	return dap.Event{ProtocolMessage: dap.ProtocolMessage{Type: "event"}, Event: name}
}

func (c *conversation) fail(r dap.RequestMessage, err error) {
	a := answer(r)
	a.Success, a.Message = false, err.Error()
	c.send(&dap.ErrorResponse{Response: a, Body: dap.ErrorResponseBody{Error: &dap.ErrorMessage{Id: 1, Format: err.Error(), ShowUser: true}}})
}

// leave ends the session when the editor is gone.
func (c *conversation) leave() {
	c.mu.Lock()
	id := c.session
	c.session = ""
	c.mu.Unlock()
	if id != "" {
		_, _ = c.Call(context.WithoutCancel(c.ctx), map[string]any{"action": "stop", "session_id": id}) // gone or over: both fine
	}
}

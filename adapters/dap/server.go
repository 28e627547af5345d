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

// Server serves one editor at a time. Open is required.
type Server struct {
	// Open opens what is debugged: the task in a folder or, without one,
	// stored tasks and executions.
	Open func(ctx context.Context, folder string) (Target, error)

	// What is debugged when launch or attach names nothing else.
	Task      string
	Folder    string
	Input     json.RawMessage // nil = {}
	Execution string
}

// Target is what an editor debugs.
type Target struct {
	Task string // that the folder was made; empty when there was none

	// Call calls the debugger tool and returns its result as JSON.
	Call func(ctx context.Context, args map[string]any) (json.RawMessage, error)
	// Source is the text of a file as an execution ran it.
	Source func(ctx context.Context, execution, file string) (string, error)
	// Close is called when the editor has left.
	Close func() error
}

// Serve answers requests until the editor disconnects or ctx is done.
func (s Server) Serve(ctx context.Context, r io.Reader, w io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	c := &conversation{Server: s, ctx: ctx, w: w, breaks: map[string][]dap.SourceBreakpoint{}, exceptions: "uncaught"}
	defer c.shut()
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
	target     Target
	root       string         // folder that the files of frames are in; empty = the editor asks for their text
	start      map[string]any // arguments of the session to start; nil = not asked for yet
	configured bool
	session    string // id; empty = not started, or over
	breaks     map[string][]dap.SourceBreakpoint
	ids        map[string]int // number of a breakpoint in the editor, by id
	exceptions string
	state      result // of the last stop
	refs       []reference
	files      []string // that the editor asks for by place plus one
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

// enter opens what is debugged, in place of what was before.
func (c *conversation) enter(folder string) (Target, error) {
	c.leave()
	c.shut()
	target, err := c.Open(c.ctx, folder)
	if err != nil {
		return Target{}, err
	}
	c.mu.Lock()
	c.target, c.root, c.files = target, folder, nil
	c.mu.Unlock()
	return target, nil
}

// leave ends the session when the editor is gone.
func (c *conversation) leave() {
	c.mu.Lock()
	id, call := c.session, c.target.Call
	c.session = ""
	c.mu.Unlock()
	if id != "" {
		_, _ = call(context.WithoutCancel(c.ctx), map[string]any{"action": "stop", "session_id": id}) // gone or over: both fine
	}
}

// shut closes what was debugged.
func (c *conversation) shut() {
	c.mu.Lock()
	target := c.target
	c.target = Target{}
	c.mu.Unlock()
	if target.Close != nil {
		_ = target.Close() // the editor has gone
	}
}

package graphql

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	gql "github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ratchet"
	syntax "ratchet/schema"
)

// streamWrite is how long a client may take to read what is sent.
const streamWrite = 10 * time.Second

// eventStream is the transport for operations whose answers are server-sent
// events, one connection for each: by POST, or by GET for queries and
// subscriptions. Each event of a subscription has its sequence number as id,
// so that a browser's EventSource resumes by itself.
type eventStream struct{ h *Handler }

var _ gql.Transport = eventStream{}

// Supports says whether the request wants events.
func (eventStream) Supports(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/event-stream") && r.Header.Get("Upgrade") == ""
}

// Do serves one stream until it ends or the client leaves.
func (t eventStream) Do(w http.ResponseWriter, r *http.Request, exec gql.GraphExecutor) {
	params, fault := streamParams(r)
	if fault != nil {
		t.h.refuse(w, r, fault)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	op, errs := exec.CreateOperationContext(ctx, params)
	ctx = gql.WithOperationContext(ctx, op)
	if len(errs) == 0 && r.Method == http.MethodGet && op.Operation.Operation == ast.Mutation {
		t.h.refuse(w, r, notByGet())
		return
	}
	s := eventWriter{w: w, out: http.NewResponseController(w)}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	if len(errs) > 0 {
		_ = s.next(exec.DispatchError(ctx, errs)) // the stream ends here anyway
		_ = s.send("event: complete\ndata: {}\n\n")
		return
	}
	t.sendAnswers(ctx, exec, op, &s)
}

// sendAnswers sends answers, and pings while there are none.
func (t eventStream) sendAnswers(ctx context.Context, exec gql.GraphExecutor, op *gql.OperationContext, s *eventWriter) {
	ctx, cancel := context.WithCancel(ctx)
	answers := make(chan *gql.Response)
	finished, opened := make(chan struct{}), make(chan struct{})
	begun := sync.OnceFunc(func() { close(opened) })
	go func() {
		defer close(finished)
		defer close(answers)
		defer func() {
			if p := recover(); p != nil {
				begun()
				answers <- exec.DispatchError(ctx, gqlerror.List{gqlerror.Wrap(t.h.recovered(ctx, p))})
			}
		}()
		responses, ctx := exec.DispatchOperation(ctx, op)
		begun()
		for {
			answer := responses(ctx)
			if answer == nil {
				return
			}
			select {
			case answers <- answer:
			case <-ctx.Done():
				return
			}
		}
	}()
	defer func() {
		cancel()
		for range answers { //nolint:revive // lets a sender go on
		}
		<-finished
	}()
	<-opened // who sees that the stream began misses nothing from here on
	if s.send(":\n\n") != nil {
		return
	}
	ping := time.NewTicker(t.h.cfg.Limits.KeepAlive)
	defer ping.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case answer, more := <-answers:
			if !more {
				if ctx.Err() == nil { // a stream that was cut off is not complete
					_ = s.send("event: complete\ndata: {}\n\n") // the stream ends here anyway
				}
				return
			}
			err = s.next(answer)
		case <-ping.C:
			err = s.send(":\n\n")
		}
		if err != nil {
			return
		}
	}
}

// streamParams reads the operation of a request.
func streamParams(r *http.Request) (*gql.RawParams, *ratchet.Error) {
	params := &gql.RawParams{Headers: r.Header}
	params.ReadTime.Start = gql.Now()
	if r.Method != http.MethodGet {
		dec := json.NewDecoder(r.Body)
		dec.UseNumber()
		if err := dec.Decode(params); err != nil {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "the request body is not a JSON object with query, variables and operationName").Wrap(err)
		}
		params.Headers = r.Header
		return params, nil
	}
	q := r.URL.Query()
	params.Query, params.OperationName = q.Get("query"), q.Get("operationName")
	for name, target := range map[string]*map[string]any{"variables": &params.Variables, "extensions": &params.Extensions} {
		if text := q.Get(name); text != "" {
			if err := syntax.Refuse(name, []byte(text)); err != nil {
				return nil, ratchet.AsError(err)
			}
			dec := json.NewDecoder(strings.NewReader(text))
			dec.UseNumber()
			if err := dec.Decode(target); err != nil {
				return nil, ratchet.Errorf(ratchet.CodeInvalid, "%s is not a JSON object", name).At("/" + name)
			}
		}
	}
	return params, nil
}

// notByGet refuses what GET must not do.
func notByGet() *ratchet.Error {
	return ratchet.Errorf(ratchet.CodeMethodNotAllowed, "GET takes queries only").WithHint("send it by POST")
}

// eventWriter writes server-sent events.
type eventWriter struct {
	w   http.ResponseWriter
	out *http.ResponseController
	buf bytes.Buffer
}

// next sends one answer.
func (s *eventWriter) next(answer *gql.Response) error {
	raw, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("write an answer: %w", err)
	}
	s.buf.Reset()
	s.buf.WriteString("event: next\n")
	if n, ok := answer.Extensions["sequence"].(int64); ok {
		fmt.Fprintf(&s.buf, "id: %d\n", n)
	}
	s.buf.WriteString("data: ")
	s.buf.Write(raw)
	s.buf.WriteString("\n\n")
	return s.send(s.buf.String())
}

func (s *eventWriter) send(text string) error {
	_ = s.out.SetWriteDeadline(time.Now().Add(streamWrite)) // recorders in tests have none
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.out.Flush()
}

package executor

import (
	"context"
	"maps"
	"slices"
	"sync"

	"ratchet/runtime"
	"ratchet/runtime/broker"
)

// door is a run's way to the world: the broker's session, recorded.
type door struct {
	session  *broker.Session // nil without a broker
	recorder *runtime.Recorder
	outer    runtime.Host
	served   *runtime.TapeHost // answers a mocked fork; nil = the world does
	effects  *effects          // nil = nothing the run asks for reaches the world
}

// openDoor connects a run to the broker under its task's policy.
func (e *Executor) openDoor(r *run) *door {
	d := &door{}
	var inner runtime.Host = closedDoor{}
	if e.cfg.Broker != nil {
		d.session = e.cfg.Broker.Host(e.doorPolicy(r))
		var out sender = d.session
		if r.trace != nil && !r.mocked() {
			out = tracedSender{r, out}
		}
		inner = out
		if r.req.test == nil {
			d.effects = newEffects(r, out)
			inner = d.effects
		}
	}
	if f := r.req.fork; f != nil && f.mocked {
		d.served = runtime.NewTapeHost(f.rest, inner)
		inner, d.effects = d.served, nil
	}
	inner = storedFirst{r, inner}
	if r.masker == nil {
		d.recorder = runtime.NewRecorder(inner)
		d.outer = d.recorder
		return d
	}
	m := &maskingDoor{masker: r.masker, world: inner, calls: map[int64]runtime.HostCall{}, replies: map[int64]runtime.HostReply{}}
	m.recorder = runtime.NewRecorder(maskedWorld{m})
	d.recorder, d.outer = m.recorder, m
	return d
}

// failures are the requests that no mock answered.
func (d *door) failures() []string {
	switch {
	case d.served != nil:
		return d.served.Unmatched()
	case d.session == nil:
		return nil
	}
	return d.session.Unmatched()
}

func (e *Executor) doorPolicy(r *run) broker.Policy {
	p := r.prog.policy
	policy := broker.Policy{
		AllowHosts: p.HTTP.AllowHosts, DenyHosts: p.HTTP.DenyHosts, Timeout: p.HTTP.Timeout,
		MaxResponseBytes: int64(p.HTTP.MaxResponseBytes), Declared: p.Secrets, Principal: r.x.Principal,
		Secrets: func(_ context.Context, name string) (string, bool, error) {
			v, ok := e.cfg.Secrets(name)
			return v, ok, nil
		},
	}
	if r.mocked() {
		policy.Mock = r.req.test.mock
	}
	return policy
}

// mocked says that nothing the run asks for reaches the world.
func (r *run) mocked() bool { return r.req.test != nil && r.req.test.mock != nil }

// secretValues are the texts that must not leave a run: all it could read, so
// that nothing depends on when it reads them.
func (e *Executor) secretValues(names []string, req Request) []string {
	var values []string
	for _, name := range names {
		if v, ok := e.cfg.Secrets(name); ok {
			values = append(values, v)
		}
	}
	if req.test != nil && req.test.mock != nil {
		values = slices.AppendSeq(values, maps.Values(req.test.mock.Secrets))
	}
	return values
}

// storedFirst opens the door when the run's row is stored: whatever a run has
// done, there is a row that says so.
type storedFirst struct {
	run  *run
	host runtime.Host
}

// Call implements runtime.Host.
func (s storedFirst) Call(ctx context.Context, call runtime.HostCall) (runtime.HostReply, error) {
	if err := s.run.awaitRow(); err != nil {
		return runtime.HostReply{}, err
	}
	return s.host.Call(ctx, call)
}

// closedDoor refuses everything: there is no broker.
type closedDoor struct{}

func (closedDoor) Call(context.Context, runtime.HostCall) (runtime.HostReply, error) {
	return runtime.HostReply{Error: &runtime.CallError{
		Class: "AuthorizationError", Message: "this server lets tasks reach nothing", Code: "no_broker",
	}}, nil
}

// maskingDoor lets the recorder see masked calls and replies while script and
// world exchange the real ones: secrets are never on a tape.
type maskingDoor struct {
	masker   *masker
	world    runtime.Host
	recorder *runtime.Recorder

	mu      sync.Mutex
	calls   map[int64]runtime.HostCall  // real, by Seq
	replies map[int64]runtime.HostReply // real, by Seq
}

// Call is the script's side.
func (d *maskingDoor) Call(ctx context.Context, call runtime.HostCall) (runtime.HostReply, error) {
	d.mu.Lock()
	d.calls[call.Seq] = call
	d.mu.Unlock()
	masked := call
	if call.Fetch != nil {
		f := *call.Fetch
		f.URL, f.Header, f.Body = d.masker.text(f.URL), d.header(f.Header), []byte(d.masker.text(string(f.Body)))
		masked.Fetch = &f
	}
	reply, err := d.recorder.Call(ctx, masked)
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.calls, call.Seq)
	if real, ok := d.replies[call.Seq]; ok {
		delete(d.replies, call.Seq)
		reply = real
	}
	return reply, err
}

// maskedWorld is the world as the recorder sees it.
type maskedWorld struct{ d *maskingDoor }

// Call is the world's side.
func (w maskedWorld) Call(ctx context.Context, masked runtime.HostCall) (runtime.HostReply, error) {
	d := w.d
	d.mu.Lock()
	call := d.calls[masked.Seq]
	d.mu.Unlock()
	reply, err := d.world.Call(ctx, call)
	if err == nil {
		d.mu.Lock()
		d.replies[masked.Seq] = reply
		d.mu.Unlock()
	}
	if reply.Fetch != nil {
		f := *reply.Fetch
		f.URL, f.Header, f.Body = d.masker.text(f.URL), d.header(f.Header), []byte(d.masker.text(string(f.Body)))
		reply.Fetch = &f
	}
	if reply.Error != nil {
		reply.Error = &runtime.CallError{
			Class: reply.Error.Class, Message: d.masker.text(reply.Error.Message), Code: reply.Error.Code,
		}
	}
	return reply, err
}

func (d *maskingDoor) header(pairs [][2]string) [][2]string {
	out := make([][2]string, len(pairs))
	for i, p := range pairs {
		out[i] = [2]string{p[0], d.masker.text(p[1])}
	}
	return out
}

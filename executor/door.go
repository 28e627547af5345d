package executor

import (
	"context"

	"ratchet/runtime"
	"ratchet/runtime/broker"
	"ratchet/spool"
)

// door is a run's way to the world: the broker's session, recorded.
type door struct {
	session  *broker.Session // nil without a broker
	recorder *runtime.Recorder
	bodies   *spool.Account // of the run; nil = memory
	outer    runtime.Host
	served   *runtime.TapeHost // answers a mocked fork; nil = the world does
	effects  *effects          // nil = nothing the run asks for reaches the world
}

// openDoor connects a run to the broker under its task's policy.
func (e *Executor) openDoor(r *run) *door {
	d := &door{bodies: e.cfg.Bodies.Account()}
	var inner runtime.Host = closedDoor{}
	if e.cfg.Broker != nil {
		d.session = e.cfg.Broker.Host(e.doorPolicy(r, d.bodies))
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
		d.recorder = runtime.NewSpoolingRecorder(inner, d.bodies, tapeBytes())
		d.outer = d.recorder
		return d
	}
	m := &maskingDoor{masker: r.masker, world: inner, bodies: d.bodies, calls: map[int64]runtime.HostCall{}, replies: map[int64]runtime.HostReply{}}
	m.recorder = runtime.NewSpoolingRecorder(maskedWorld{m}, d.bodies, tapeBytes())
	d.recorder, d.outer = m.recorder, m
	return d
}

// close frees what the run holds of bodies, its recording included.
func (d *door) close() {
	if d != nil {
		d.bodies.Close()
	}
}

// tapeBytes is the most that a recording takes.
func tapeBytes() int { return runtime.Limits{}.WithDefaults().TapeBytes }

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

func (e *Executor) doorPolicy(r *run, bodies *spool.Account) broker.Policy {
	p := r.prog.policy
	policy := broker.Policy{
		AllowHosts: p.HTTP.AllowHosts, DenyHosts: p.HTTP.DenyHosts, Timeout: p.HTTP.Timeout,
		MaxResponseBytes: int64(p.HTTP.MaxResponseBytes), Principal: r.x.Principal, Bodies: bodies,
		Secrets: r.req.held.secret,
	}
	if r.mocked() {
		policy.Mock = r.req.test.mock
	}
	return policy
}

// mocked says that nothing the run asks for reaches the world.
func (r *run) mocked() bool { return r.req.test != nil && r.req.test.mock != nil }

// storedFirst opens the host when the run's row is stored: whatever a run has
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

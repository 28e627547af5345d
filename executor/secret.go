package executor

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strconv"

	"ratchet/executor/policy"

	"ratchet"
	"ratchet/mask"
	"ratchet/runtime"
	"ratchet/runtime/broker"
)

// Secrets is where the secrets of tasks come from.
type Secrets interface {
	// Grant returns what a run may do with a secret, at this moment. It
	// refuses a run to which the secret is not bound.
	Grant(ctx context.Context, use ratchet.SecretUse) (ratchet.SecretGrant, error)
}

// noSecrets is a server without any.
type noSecrets struct{}

// Grant implements Secrets.
func (noSecrets) Grant(_ context.Context, use ratchet.SecretUse) (ratchet.SecretGrant, error) {
	return ratchet.SecretGrant{}, ratchet.Errorf(ratchet.CodeDenied, "the secret %s is not bound to any task", use.Secret)
}

// held are the secrets of one run: their values as they were when it began,
// and what stands for each in its requests. The nil held has none.
type held struct {
	source Secrets // nil = a test gives the values
	use    ratchet.SecretUse
	list   []broker.Secret
}

// newRef is what stands for a secret in the requests of one run: 128 random
// bits between texts that are the same in every run. It is the same wherever
// URLs and JSON escape what they hold.
func newRef() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return "ratchet-secret-" + hex.EncodeToString(b[:]) + "-ref"
}

// hold takes the secrets that a run's task declares. A run that may not use
// one of them does not begin.
func (e *Executor) hold(ctx context.Context, t *ratchet.Task, p *program, req *Request) error {
	if req.test != nil && req.test.mock != nil {
		req.held = holdMocked(p.policy.Secrets, req.test.mock)
		return nil
	}
	if len(p.policy.Secrets) == 0 {
		return nil
	}
	h := &held{source: e.cfg.Secrets, use: ratchet.SecretUse{TaskID: t.ID, TaskName: t.Name, Role: ratchet.RoleFrom(ctx)}}
	for i, name := range p.policy.Secrets {
		g, err := h.grant(ctx, name)
		if err != nil {
			refused := *ratchet.AsError(err)
			refused.Message = "task " + t.Name + " does not run: " + refused.Message
			return refused.With("secret", name).With("declared_at", "/metadata/secrets/"+strconv.Itoa(i))
		}
		h.list = append(h.list, broker.Secret{SecretGrant: g, Ref: newRef()})
	}
	req.held = h
	return nil
}

// holdMocked takes the values that a test gives. They may be read, and go
// nowhere: the run is offline.
func holdMocked(declared []string, mock *ratchet.Mock) *held {
	h := &held{}
	for _, name := range declared {
		s := broker.Secret{SecretGrant: ratchet.SecretGrant{Name: name, Readable: true}, Ref: newRef()}
		var given bool
		if s.Value, given = mock.Secrets[name]; !given {
			s.Fault = ratchet.Errorf(ratchet.CodeConfig, "the secret %s has no value in this test", name).
				WithHint("add it to mock.secrets of the test")
		}
		h.list = append(h.list, s)
	}
	return h
}

// holdAgain takes what a replay of an execution may use. A reference needs no
// value; a value that is not granted to its caller now stands redacted.
func (e *Executor) holdAgain(ctx context.Context, x *ratchet.Execution, p policy.Policy) *held {
	h := &held{source: e.cfg.Secrets, use: ratchet.SecretUse{TaskID: x.TaskID, TaskName: x.TaskName, Role: ratchet.RoleFrom(ctx)}}
	for _, name := range p.Secrets {
		g, err := h.grant(ctx, name)
		if err != nil {
			g = ratchet.SecretGrant{Name: name}
		}
		h.list = append(h.list, broker.Secret{SecretGrant: g, Ref: newRef()})
	}
	return h
}

func (h *held) grant(ctx context.Context, name string) (ratchet.SecretGrant, error) {
	use := h.use
	use.Secret = name
	return h.source.Grant(ctx, use)
}

// find returns a secret of this name as the run began with it. False = the run
// holds none.
func (h *held) find(name string) (broker.Secret, bool) {
	if h == nil {
		return broker.Secret{}, false
	}
	i := slices.IndexFunc(h.list, func(s broker.Secret) bool { return s.Name == name })
	if i < 0 {
		return broker.Secret{}, false
	}
	return h.list[i], true
}

// secret returns a secret for a use of it. What the operator took back since
// the run began is refused; the value is the one that the run began with.
func (h *held) secret(ctx context.Context, name string) (broker.Secret, *runtime.CallError) {
	s, ok := h.find(name)
	if !ok {
		return s, broker.Undeclared(name)
	}
	if h.source != nil {
		now, err := h.grant(ctx, name)
		if err != nil {
			return s, callError(err)
		}
		s.Hosts, s.Readable = now.Hosts, now.Readable
	}
	if s.Fault != nil {
		return s, callError(s.Fault)
	}
	return s, nil
}

// callError is a refused use as the script sees it.
func callError(err error) *runtime.CallError {
	e := ratchet.AsError(err)
	out := &runtime.CallError{Class: "ServiceUnavailableError", Code: "secret_store", Message: e.Message}
	switch e.Code {
	case ratchet.CodeDenied:
		out.Class, out.Code = "AuthorizationError", "secret_not_granted"
	case ratchet.CodeConfig:
		out.Class, out.Code = "ConfigurationError", ratchet.CodeConfig.Wire()
	default:
		out.Message = "the secrets cannot be read now"
	}
	if e.Hint != "" {
		out.Message += "; " + e.Hint
	}
	return out
}

// masker hides what a run holds: values that its script may read also where a
// text was cut off within one, the others and what stands for them as a whole.
// To tell the beginnings of a value that the script cannot read would let it
// guess the value piece by piece.
func (h *held) masker() *masker {
	if h == nil {
		return nil
	}
	var read, whole []string
	for _, s := range h.list {
		whole = append(whole, s.Ref)
		if s.Readable {
			read = append(read, s.Value)
		} else {
			whole = append(whole, s.Value)
		}
	}
	return newMasker(read, whole)
}

// named has the names of secrets in the place of what stands for them in this
// run: two runs that ask for the same have the same texts. nil = it holds none.
func (h *held) named() *mask.Values {
	if h == nil {
		return nil
	}
	var pairs []string
	for _, s := range h.list {
		pairs = append(pairs, s.Ref, "\x00secret "+s.Name+"\x00")
	}
	return mask.NewTexts(pairs...)
}

// secretDoor answers a replay for its secrets, and for nothing else.
type secretDoor struct{ held *held }

// Call implements runtime.Host.
func (d secretDoor) Call(ctx context.Context, call runtime.HostCall) (runtime.HostReply, error) {
	if s, ok := d.held.find(call.Secret); ok && call.Kind == runtime.CallSecretRef {
		return runtime.HostReply{Secret: s.Ref}, nil
	}
	s, refused := d.held.secret(ctx, call.Secret)
	switch {
	case call.Kind != runtime.CallSecret:
		refused = &runtime.CallError{Class: "ConfigurationError", Message: "no such call here"}
	case refused != nil:
	case s.Readable:
		return runtime.HostReply{Secret: s.Value}, nil
	default:
		refused = &runtime.CallError{Class: "AuthorizationError", Message: "the value cannot be read"}
	}
	return runtime.HostReply{Error: refused}, nil
}

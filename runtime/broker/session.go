package broker

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ratchet"
	"ratchet/mask"
	"ratchet/runtime"
	"ratchet/spool"
)

// Policy is what one run may do. The zero value allows any public host and no secret.
type Policy struct {
	AllowHosts       []string       // exact or *.suffix; empty = any
	DenyHosts        []string       // before AllowHosts
	Timeout          time.Duration  // of one fetch; 0 = the broker's
	MaxResponseBytes int64          // 0 = the broker's
	Declared         []string       // names of secrets the task declares
	Secrets          SecretFunc     // nil = there are none
	Mock             *ratchet.Mock  // set = offline; the world is not touched
	Bodies           *spool.Account // keeps large bodies; nil = they are in memory
	Principal        string
}

// Session is the door of one run. It implements runtime.Host and is safe for
// concurrent use.
type Session struct {
	broker *Broker
	policy Policy

	mu       sync.Mutex
	secrets  []string // values handed out
	values   *mask.Values
	used     []int    // uses of each mock
	failures []string // requests no mock answered
}

// Host returns the door of one run.
func (b *Broker) Host(policy Policy) *Session {
	s := &Session{broker: b, policy: policy}
	if policy.Mock != nil {
		s.used = make([]int, len(policy.Mock.HTTP))
	}
	return s
}

// Call implements runtime.Host.
func (s *Session) Call(ctx context.Context, call runtime.HostCall) (runtime.HostReply, error) {
	reply, _, err := s.Send(ctx, call)
	return reply, err
}

// Send is Call that also says whether a request may have been received: false
// is certain, and true with an error reply means that nobody knows.
func (s *Session) Send(ctx context.Context, call runtime.HostCall) (runtime.HostReply, bool, error) {
	var sent atomic.Bool
	reply, err := s.send(ctx, call, &sent)
	return reply, sent.Load(), err
}

func (s *Session) send(ctx context.Context, call runtime.HostCall, sent *atomic.Bool) (runtime.HostReply, error) {
	var reply runtime.HostReply
	var err error
	switch {
	case call.Kind == runtime.CallFetch && call.Fetch != nil:
		reply, err = s.answerFetch(ctx, call.Fetch, sent)
	case call.Kind == runtime.CallSecret:
		reply.Secret, reply.Error = s.secret(ctx, call.Secret)
	default:
		reply.Error = refuse("ValidationError", "unknown_call", "the server does not know this call")
	}
	return reply, err
}

func (s *Session) answerFetch(ctx context.Context, f *runtime.FetchRequest, sent *atomic.Bool) (reply runtime.HostReply, err error) {
	if reply.Error = checkRequest(f); reply.Error != nil {
		return reply, nil
	}
	if s.policy.Mock != nil {
		return s.mocked(ctx, f)
	}
	reply.Fetch, reply.Error = s.fetch(ctx, f, sent)
	return reply, nil
}

func (s *Session) secret(ctx context.Context, name string) (string, *runtime.CallError) {
	if !slices.Contains(s.policy.Declared, name) {
		return "", refuse("AuthorizationError", "undeclared_secret", "the task does not declare the secret "+name+"; add it to secrets in its metadata")
	}
	value, ok := "", false
	if s.policy.Mock != nil {
		value, ok = s.policy.Mock.Secrets[name]
	} else if s.policy.Secrets != nil {
		var err error
		if value, ok, err = s.policy.Secrets(ctx, name); err != nil {
			return "", refuse("ServiceUnavailableError", "secret_store", "the secret "+name+" could not be read now")
		}
	}
	if !ok {
		return "", refuse("ConfigurationError", "missing_secret", "the secret "+name+" is declared but has no value on this server")
	}
	s.learn(value)
	return value, nil
}

// learn adds a secret's value to what Mask replaces.
func (s *Session) learn(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.Contains(s.secrets, value) {
		return
	}
	s.secrets = append(s.secrets, value)
	s.values = mask.NewValues("***", s.secrets...)
}

func (s *Session) maskString(text string) string {
	s.mu.Lock()
	v := s.values
	s.mu.Unlock()
	return v.Text(text)
}

// Mask returns text with the values of secrets this run has read replaced by
// ***. It returns text itself when there is nothing to replace.
func (s *Session) Mask(text []byte) []byte {
	s.mu.Lock()
	none := s.values == nil
	s.mu.Unlock()
	if none || len(text) == 0 {
		return text
	}
	return []byte(s.maskString(string(text)))
}

// Unmatched returns, for each request that no mock answered, what it was and
// the nearest mock. nil = there was none.
func (s *Session) Unmatched() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.failures)
}

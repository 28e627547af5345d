package broker

import (
	"context"
	"slices"
	"strconv"
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
	Secrets          SecretFunc     // of the run; nil = there are none
	Mock             *ratchet.Mock  // set = offline; the world is not touched
	Bodies           *spool.Account // keeps large bodies; nil = they are in memory
	Principal        string
}

// Session is the host of one run. It implements runtime.Host and is safe for
// concurrent use.
type Session struct {
	broker *Broker
	policy Policy

	mu       sync.Mutex
	secrets  []string // values the script has read or sent
	values   *mask.Values
	refs     []Secret     // handed out as references
	hidden   *mask.Values // values that must not come back to the script
	used     []int        // uses of each mock
	failures []string     // requests no mock answered
}

// Host returns the host API of one run.
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
// is certain, and true with an error reply means that it is not known.
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
	case call.Kind.Secret():
		reply = s.secret(ctx, call)
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
	s.hide(reply.Fetch)
	return reply, nil
}

// secret answers for the value of a secret, or for what stands for it.
func (s *Session) secret(ctx context.Context, call runtime.HostCall) (reply runtime.HostReply) {
	known, refused := s.lookup(ctx, call.Secret)
	if refused != nil {
		reply.Error = refused
		return reply
	}
	reply.Version = known.Version
	switch {
	case call.Kind == runtime.CallSecretRef:
		reply.Secret = known.Ref
		s.issue(known)
	case known.Readable:
		reply.Secret = known.Value
		s.learn(known.Value)
	default:
		reply.Error = refuse("AuthorizationError", "secret_not_readable", "the value of the secret "+call.Secret+" may not be read; "+
			"put context.secrets.ref("+strconv.Quote(call.Secret)+") into the URL, a header or the body of a fetch instead, "+
			"or have an operator run `ratchet secrets set "+call.Secret+" --readable`")
	}
	return reply
}

func (s *Session) lookup(ctx context.Context, name string) (Secret, *runtime.CallError) {
	if s.policy.Secrets == nil {
		return Secret{}, Undeclared(name)
	}
	return s.policy.Secrets(ctx, name)
}

// Undeclared refuses a secret that is not among those of the task's metadata.
func Undeclared(name string) *runtime.CallError {
	return refuse("AuthorizationError", "undeclared_secret", "the task does not declare the secret "+name+"; add it to secrets in its metadata")
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

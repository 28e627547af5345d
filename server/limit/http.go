package limit

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"ratchet"
)

// Refuse answers an HTTP request with an error.
type Refuse func(w http.ResponseWriter, r *http.Request, err error)

// Ticket goes with one HTTP request: who sends it, what it has paid and what is
// left. A nil Ticket is that of no request.
type Ticket struct {
	mu        sync.Mutex
	spare     bool // the request's own token is not used by a call yet
	settled   bool // paid, or owes nothing
	left      Report
	reported  bool // left is set
	principal ratchet.Principal
}

type ticketKey struct{}

// Begin returns a context with the ticket of a new request.
func Begin(ctx context.Context) (context.Context, *Ticket) {
	t := new(Ticket)
	return context.WithValue(ctx, ticketKey{}, t), t
}

func ticketFrom(ctx context.Context) *Ticket {
	t, _ := ctx.Value(ticketKey{}).(*Ticket)
	return t
}

// use says whether the request paid for this call.
func (t *Ticket) use() bool {
	if t == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	spare := t.spare
	t.spare = false
	return spare
}

func (t *Ticket) report(r Report) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left, t.reported = r, true
}

// settle says that p sends the request and owes nothing more for it; spare
// says that its first call is paid.
func (t *Ticket) settle(p ratchet.Principal, spare bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.settled, t.spare, t.principal = true, spare, p
}

// Principal is who sends the request, once Known has seen it.
func (t *Ticket) Principal() ratchet.Principal {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.principal
}

// Describe sets the X-RateLimit headers of the request. The server calls it
// just before it writes the head of an answer.
func (t *Ticket) Describe(h http.Header) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.reported || t.left.Limit == 0 {
		return
	}
	h.Set("X-RateLimit-Limit", strconv.Itoa(t.left.Limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(t.left.Remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(t.left.Reset.Unix(), 10))
}

// RetryAfter sets Retry-After from an error that says when to come back.
func RetryAfter(h http.Header, err error) {
	if e := ratchet.AsError(err); e != nil {
		if ms, ok := e.Fields[ratchet.FieldRetryAfter].(int64); ok {
			h.Set("Retry-After", strconv.FormatInt((ms+999)/1000, 10))
		}
	}
}

// Free are the paths that cost nothing.
func Free() []string { return []string{"/health", "/live", "/ready"} }

func free(r *http.Request) bool { return slices.Contains(Free(), r.URL.Path) }

// Wrap runs before authentication: an address from which no caller has
// authenticated yet has the rate of the anonymous role. The context must have a ticket.
func (l *Limiter) Wrap(next http.Handler, refuse Refuse) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t := ticketFrom(r.Context())
		if t == nil || l.rules.Load().Off || free(r) {
			next.ServeHTTP(w, r)
			return
		}
		c, n, quota := l.stranger(r)
		if left, err := l.peek(c, quota, n); err != nil && !l.cfg.Exempt(r) {
			t.report(left)
			l.cfg.Refused(r.Context(), nobody(r), r.Method+" "+r.URL.Path, err)
			RetryAfter(w.Header(), err)
			refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
		t.mu.Lock()
		owes := !t.settled
		t.mu.Unlock()
		if owes { // wrong credentials, or none where some are needed
			l.debit(c, n)
		}
	})
}

// stranger is the client and the rate of a request from an unauthenticated client.
func (l *Limiter) stranger(r *http.Request) (c *client, n need, quota int) {
	p := nobody(r)
	rate := l.rate(&p)
	return l.of(r.Context(), &p), need{"requests", "requests of unknown callers", rate.PerMinute, rate.Burst}, rate.PerDay
}

func nobody(r *http.Request) ratchet.Principal {
	return ratchet.Principal{Role: ratchet.RoleAnonymous, Via: "none", IP: Address(r)}
}

// LimitAuthenticated stands after the authentication: who was found to send the request
// pays for it.
func (l *Limiter) LimitAuthenticated(next http.Handler, refuse Refuse) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if t := ticketFrom(r.Context()); t != nil {
			if err := l.limitAuthenticated(r, t); err != nil {
				RetryAfter(w.Header(), err)
				refuse(w, r, err)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

func (l *Limiter) limitAuthenticated(r *http.Request, t *Ticket) error {
	ctx := r.Context()
	p := l.cfg.Who(ctx)
	switch {
	case l.rules.Load().Off, free(r), p.Open():
		t.settle(p, false)
		return nil
	case p.Role == ratchet.RoleAnonymous:
		c, n, _ := l.stranger(r)
		t.report(l.debit(c, n))
		t.settle(p, true)
		return l.payPath(r, c, p)
	case l.cfg.MCP != "" && r.URL.Path == l.cfg.MCP: // paid by the call
		t.settle(p, false)
		return nil
	}
	t.settle(p, true)
	if err := l.Charge(ctx, p, "http", r.Method+" "+r.URL.Path); err != nil {
		return err
	}
	return l.payPath(r, l.of(ctx, &p), p)
}

// payPath takes a token of the longest prefix that has a rate of its own.
func (l *Limiter) payPath(r *http.Request, c *client, p ratchet.Principal) error {
	prefix, bound := "", 0
	for path, perMinute := range l.rules.Load().PerPath {
		if strings.HasPrefix(r.URL.Path, path) && len(path) > len(prefix) {
			prefix, bound = path, perMinute
		}
	}
	if bound == 0 || c == nil {
		return nil
	}
	left, err := l.take(c, day{free: true}, need{"path " + prefix, "requests to " + prefix, bound, bound})
	if err != nil {
		ticketFrom(r.Context()).report(left)
		l.cfg.Refused(r.Context(), p, r.Method+" "+r.URL.Path, err)
		return err
	}
	return nil
}

// Address is the address a request came from.
func Address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

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

// ticket goes with one HTTP request: what it has paid and what is left.
type ticket struct {
	mu    sync.Mutex
	spare bool    // the request's own token is not used by a call yet
	ip    *client // whose token is given back when the caller turns out to be known
	left  Report
	known bool // left is set
}

type ticketKey struct{}

func ticketFrom(ctx context.Context) *ticket {
	t, _ := ctx.Value(ticketKey{}).(*ticket)
	return t
}

// use says whether the request paid for this call.
func (t *ticket) use() bool {
	if t == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	spare := t.spare
	t.spare = false
	return spare
}

func (t *ticket) report(r Report) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left, t.known = r, true
}

// Describe sets the X-RateLimit headers of the request that ctx belongs to.
// The server calls it just before it writes the head of an answer.
func Describe(ctx context.Context, h http.Header) {
	t := ticketFrom(ctx)
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.known || t.left.Limit == 0 {
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

// Wrap stands before the authentication: an address may try as often as the
// anonymous role. What a known caller paid here is given back by Known.
func (l *Limiter) Wrap(next http.Handler, refuse Refuse) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if free(r) {
			next.ServeHTTP(w, r)
			return
		}
		t := &ticket{}
		ctx := context.WithValue(r.Context(), ticketKey{}, t)
		if !l.cfg.Off {
			nobody := ratchet.Principal{Role: ratchet.RoleAnonymous, Via: "none", IP: Address(r)}
			c, rate := l.of(ctx, &nobody), l.rate(&nobody)
			left, err := l.take(c, day{quota: rate.PerDay}, need{"requests", "requests of unknown callers", rate.PerMinute, rate.Burst})
			t.report(left)
			if err != nil {
				Describe(ctx, w.Header())
				l.cfg.Refused(ctx, nobody, r.Method+" "+r.URL.Path, err)
				RetryAfter(w.Header(), err)
				refuse(w, r, err)
				return
			}
			t.ip, t.spare = c, true
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Known stands after the authentication: the caller pays for the request and
// its address is given back what Wrap took.
func (l *Limiter) Known(next http.Handler, refuse Refuse) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := l.known(r); err != nil {
			Describe(r.Context(), w.Header())
			RetryAfter(w.Header(), err)
			refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (l *Limiter) known(r *http.Request) error {
	ctx := r.Context()
	t := ticketFrom(ctx)
	if t == nil || l.cfg.Off {
		return nil
	}
	p := l.cfg.Who(ctx)
	if p.Role == ratchet.RoleAnonymous {
		return l.payPath(r, t.ip, p)
	}
	if t.ip != nil {
		l.refund(t.ip, "requests")
		t.mu.Lock()
		t.ip, t.spare, t.known = nil, false, false
		t.mu.Unlock()
	}
	if local(&p) {
		return nil
	}
	if l.cfg.MCP != "" && r.URL.Path == l.cfg.MCP { // paid by the call
		return nil
	}
	if err := l.Charge(ctx, p, "http", r.Method+" "+r.URL.Path); err != nil {
		return err
	}
	t.mu.Lock()
	t.spare = true
	t.mu.Unlock()
	return l.payPath(r, l.of(ctx, &p), p)
}

// payPath takes a token of the longest prefix that has a rate of its own.
func (l *Limiter) payPath(r *http.Request, c *client, p ratchet.Principal) error {
	prefix, bound := "", 0
	for path, perMinute := range l.cfg.PerPath {
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

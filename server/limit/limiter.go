package limit

import (
	"context"
	"log/slog"
	"math"
	"net/http"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"ratchet"
)

// Rules are the bounds, which may change while the Limiter works.
type Rules struct {
	Off     bool           // no rates and no quotas; bounds on calls at once stay
	Tier    string         // of principals that have none of their own; empty = default
	Default Rate           // what is set of it replaces the default of every role in Tier
	PerTool map[string]int // calls per minute by tool, on every surface, per client
	PerPath map[string]int // HTTP requests per minute by prefix of the path, per client

	Calls     int // open at once per client; 0 = 10
	OpenCalls int // open at once on open loopback; 0 = 1000
}

// Config says how much callers may do. The zero value has the default tier
// and no memory of the day across restarts.
type Config struct {
	Rules
	Clients int // remembered at once; 0 = 10,000

	MCP  string                                  // path of the MCP endpoint: its requests are counted by the call, not by the request
	Who  func(context.Context) ratchet.Principal // principal of an HTTP request; nil = the owner of the machine
	Days Days                                    // keeps the day's counts of principals across restarts; nil = they start at 0
	Now  func() time.Time                        // nil = time.Now
	Log  *slog.Logger                            // nil = nothing is logged

	// Exempt says which requests pass the rate of unknown callers, however much
	// their address has used; nil = none.
	Exempt func(*http.Request) bool
	// Refused is called when a request other than a tool call is refused; nil = none is.
	Refused func(ctx context.Context, p ratchet.Principal, operation string, err *ratchet.Error)
}

// Limiter keeps the counts. It is safe for concurrent use; Close it.
type Limiter struct {
	cfg     Config
	rules   atomic.Pointer[Rules]
	clients *clients
	open    atomic.Int64 // calls open on open loopback
	active  atomic.Int64 // calls open in all
	end     context.CancelFunc
	ended   chan struct{}
}

// New returns a Limiter, or an error that names a tier that does not exist.
func New(cfg Config) (*Limiter, error) {
	cfg.Clients = orElse(cfg.Clients, 10_000)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Who == nil {
		cfg.Who = func(context.Context) ratchet.Principal { return ratchet.Local() }
	}
	if cfg.Exempt == nil {
		cfg.Exempt = func(*http.Request) bool { return false }
	}
	if cfg.Refused == nil {
		cfg.Refused = func(context.Context, ratchet.Principal, string, *ratchet.Error) {}
	}
	l := &Limiter{cfg: cfg, clients: newClients(cfg.Clients), ended: make(chan struct{})}
	if err := l.Change(cfg.Rules); err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(context.Background())
	l.end = end
	go func() {
		defer close(l.ended)
		ratchet.Keep("store counted calls", ratchet.Logged(cfg.Log, "store counted calls"), func() { l.keepDays(ctx) })
	}()
	return l, nil
}

// Change replaces the rules: the next call meets the new ones. What callers have
// used so far counts on. The error names a tier that does not exist.
func (l *Limiter) Change(r Rules) error {
	if r.Tier == "" {
		r.Tier = TierDefault
	}
	if !slices.Contains(Tiers(), r.Tier) {
		return ratchet.Errorf(ratchet.CodeConfig, "there is no rate tier %q", r.Tier).
			At("rate_limit.tier").With(ratchet.FieldAllowed, Tiers())
	}
	r.Calls, r.OpenCalls = orElse(r.Calls, 10), orElse(r.OpenCalls, 1000)
	l.rules.Store(&r)
	return nil
}

func orElse(n, fallback int) int {
	if n == 0 {
		return fallback
	}
	return n
}

// Close stores the day's counts. Closing twice is harmless.
func (l *Limiter) Close() {
	l.end()
	<-l.ended
}

// Active is the number of calls that are open.
func (l *Limiter) Active() int { return int(l.active.Load()) }

// Clients is the number of callers that are remembered.
func (l *Limiter) Clients() int { return l.clients.count() }

// of returns the client that p is.
func (l *Limiter) of(ctx context.Context, p *ratchet.Principal) *client {
	key, named := p.ID, true
	if key == "" {
		key, named = "ip:"+network(p.IP), false
	}
	c, fresh, gone := l.clients.find(key, named)
	if fresh && named {
		l.remember(ctx, c)
	}
	for _, old := range gone {
		l.save(ctx, old)
	}
	return c
}

// network is the part of an address that is one client: an IPv6 host has a
// whole /64 to call from.
func network(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	if addr = addr.Unmap().WithZone(""); addr.Is4() {
		return addr.String()
	}
	p, _ := addr.Prefix(64) // an IPv6 address has more than 64 bits
	return p.String()
}

// rate is what p may do on other surfaces than MCP.
func (l *Limiter) rate(p *ratchet.Principal) Rate {
	rules := l.rules.Load()
	if p.Tier != "" && p.Tier != rules.Tier {
		return RateOf(p.Tier, p.Role)
	}
	r, own := RateOf(rules.Tier, p.Role), rules.Default
	r.PerMinute, r.Burst, r.PerDay = orElse(own.PerMinute, r.PerMinute), orElse(own.Burst, r.Burst), orElse(own.PerDay, r.PerDay)
	if r.PerMinute > 0 && r.Burst == 0 {
		r.Burst = r.PerMinute
	}
	return r
}

func (l *Limiter) tier(p *ratchet.Principal) string {
	if p.Tier == "" {
		return l.rules.Load().Tier
	}
	return p.Tier
}

// need is one bucket that a request takes a token of.
type need struct {
	name      string // of the bucket
	what      string // for people: "calls", "calls of " + ratchet.ToolCreateTask
	perMinute int    // 0 = no bound
	burst     int
}

// Report is what a client has left, for the X-RateLimit headers.
type Report struct {
	Limit     int       // per minute; 0 = no bound
	Remaining int       // at once, now
	Reset     time.Time // when Remaining is at its most again
}

// day says what a request costs of the day's quota.
type day struct {
	quota int  // 0 = no bound
	free  bool // it was counted before
}

// take takes a token of every bucket and one of the day, or none at all. The
// first need is the one reported.
func (l *Limiter) take(c *client, d day, needs ...need) (Report, *ratchet.Error) {
	now := l.cfg.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.today(now)
	if !d.free && d.quota > 0 && c.used >= int64(d.quota) {
		return Report{Limit: d.quota, Reset: now.Add(untilTomorrow(now))},
			usedUp(d.quota, now)
	}
	var first Report
	buckets := make([]*rate.Limiter, 0, 4)
	for _, n := range needs {
		if n.perMinute <= 0 {
			continue
		}
		b := c.bucket(n.name, n.perMinute, n.burst, now)
		tokens := b.TokensAt(now)
		if len(buckets) == 0 {
			first = report(n, tokens-1, now)
		}
		if tokens < 1 {
			return report(n, tokens, now), n.over(tokens)
		}
		buckets = append(buckets, b)
	}
	for _, b := range buckets {
		b.AllowN(now, 1)
	}
	if !d.free {
		c.used++
	}
	return first, nil
}

func report(n need, tokens float64, now time.Time) Report {
	tokens = max(0, tokens)
	full := (float64(n.burst) - tokens) * 60 / float64(n.perMinute)
	return Report{Limit: n.perMinute, Remaining: int(tokens), Reset: now.Add(time.Duration(full * float64(time.Second)))}
}

// peek says whether take would refuse, and takes nothing.
func (l *Limiter) peek(c *client, quota int, n need) (Report, *ratchet.Error) {
	now := l.cfg.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.today(now)
	if quota > 0 && c.used >= int64(quota) {
		return Report{Limit: quota, Reset: now.Add(untilTomorrow(now))}, usedUp(quota, now)
	}
	if n.perMinute <= 0 {
		return Report{}, nil
	}
	if tokens := c.bucket(n.name, n.perMinute, n.burst, now).TokensAt(now); tokens < 1 {
		return report(n, tokens, now), n.over(tokens)
	}
	return Report{}, nil
}

// debit takes a token even when there is none: the debt must be waited for.
func (l *Limiter) debit(c *client, n need) Report {
	now := l.cfg.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.today(now)
	c.used++
	if n.perMinute <= 0 {
		return Report{}
	}
	b := c.bucket(n.name, n.perMinute, n.burst, now)
	b.ReserveN(now, 1)
	return report(n, b.TokensAt(now), now)
}

// over is the refusal of a bucket with too few tokens.
func (n need) over(tokens float64) *ratchet.Error {
	wait := time.Duration((1 - tokens) * 60 / float64(n.perMinute) * float64(time.Second))
	return tooMany(wait, "more than %d %s a minute", n.perMinute, n.what)
}

// usedUp is the refusal of a day without quota.
func usedUp(quota int, now time.Time) *ratchet.Error {
	return tooMany(untilTomorrow(now), "the quota of %d calls a day is used up; the next day begins at 00:00 UTC", quota)
}

// tooMany is the error of a client that must wait.
func tooMany(wait time.Duration, format string, args ...any) *ratchet.Error {
	ms := int64(math.Ceil(float64(wait) / float64(time.Millisecond)))
	return ratchet.Errorf(ratchet.CodeRateLimited, format, args...).
		With(ratchet.FieldRetryAfter, max(1, ms)).
		WithHint("wait %s, then try again; an administrator can give the caller a higher rate tier", waitText(ms))
}

func waitText(ms int64) string {
	d := time.Duration(max(1, ms)) * time.Millisecond
	if d > time.Second {
		d = (d + time.Second - 1).Truncate(time.Second)
	}
	return d.String()
}

package limit

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"ratchet"
)

// Enter implements registry.Gate: it takes a place among the calls that the
// caller has open, and a token of each rate that holds for the call.
func (l *Limiter) Enter(ctx context.Context, t registry.Tool, _ json.RawMessage) (context.Context, func(any, error), error) {
	caller := registry.CallerFrom(ctx)
	p := &caller.Identity
	if p.Open() {
		return l.enterOpen(ctx)
	}
	c := l.of(ctx, p)
	runs := 0
	if t.Executes {
		runs = 1
	}
	err := l.place(c, p, caller.Surface, runs)
	if err == nil {
		if err = l.pay(ctx, c, p, &t, caller.Surface); err != nil {
			l.leave(c, runs)
		}
	}
	if err != nil {
		return ctx, nil, err // the audit stands before this gate and sees it
	}
	l.active.Add(1)
	return ctx, func(any, error) {
		l.leave(c, runs)
		l.active.Add(-1)
	}, nil
}

// enterOpen bounds the calls at once of an open server.
func (l *Limiter) enterOpen(ctx context.Context) (context.Context, func(any, error), error) {
	bound := l.rules.Load().OpenCalls
	if l.open.Add(1) > int64(bound) {
		l.open.Add(-1)
		return ctx, nil, busy(bound, "calls")
	}
	l.active.Add(1)
	return ctx, l.leaveOpen, nil
}

func (l *Limiter) leaveOpen(any, error) {
	l.open.Add(-1)
	l.active.Add(-1)
}

// place takes a place among the open calls of c.
func (l *Limiter) place(c *client, p *ratchet.Principal, surface string, runs int) *ratchet.Error {
	c.mu.Lock()
	defer c.mu.Unlock()
	rules := l.rules.Load()
	if c.calls >= rules.Calls {
		return busy(rules.Calls, "calls")
	}
	if surface == "mcp" && runs > 0 && !rules.Off {
		if bound := KindsOf(l.tier(p)).Runs; bound > 0 && c.runs >= bound {
			return busy(bound, "executions")
		}
	}
	c.calls++
	c.runs += runs
	return nil
}

func (l *Limiter) leave(c *client, runs int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls--
	c.runs -= runs
}

func busy(bound int, what string) *ratchet.Error {
	return ratchet.Errorf(ratchet.CodeRateLimited, "%d %s are open at once; no more are taken", bound, what).
		With(ratchet.FieldRetryAfter, int64(1000)).WithHint("wait for one of them to answer, then try again")
}

// pay takes the tokens of a call. The first call of an HTTP request was paid
// with the request.
func (l *Limiter) pay(ctx context.Context, c *client, p *ratchet.Principal, t *registry.Tool, surface string) *ratchet.Error {
	if l.rules.Load().Off {
		return nil
	}
	paid := ticketFrom(ctx).use()
	r := l.rate(p)
	needs := make([]need, 0, 3)
	if surface == "mcp" {
		k := KindsOf(l.tier(p))
		if !paid {
			needs = append(needs, need{"mcp", "calls over MCP", k.Total, k.Total})
		}
		if name, bound := k.kind(t); bound > 0 {
			needs = append(needs, need{"mcp " + name, "calls of kind " + name, bound, bound})
		}
	} else if !paid {
		needs = append(needs, need{"calls", "calls", r.PerMinute, r.Burst})
	}
	if bound := l.rules.Load().PerTool[t.Name]; bound > 0 {
		needs = append(needs, need{"tool " + t.Name, "calls of " + t.Name, bound, bound})
	}
	if paid && len(needs) == 0 {
		return nil
	}
	left, err := l.take(c, day{quota: r.PerDay, free: paid}, needs...)
	if !paid || err != nil {
		ticketFrom(ctx).report(left)
	}
	return err
}

// Charge takes a token for something that is no tool call, such as a list of
// tools over MCP.
func (l *Limiter) Charge(ctx context.Context, p ratchet.Principal, surface, operation string) error {
	if l.rules.Load().Off || p.Open() {
		return nil
	}
	c, r := l.of(ctx, &p), l.rate(&p)
	n := need{"calls", "calls", r.PerMinute, r.Burst}
	if surface == "mcp" {
		total := KindsOf(l.tier(&p)).Total
		n = need{"mcp", "calls over MCP", total, total}
	}
	left, err := l.take(c, day{quota: r.PerDay}, n)
	ticketFrom(ctx).report(left)
	if err != nil {
		l.cfg.Refused(ctx, p, operation, err)
		return err
	}
	return nil
}

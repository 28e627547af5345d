package limit_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"ratchet/registry"

	"go.uber.org/goleak"

	"ratchet"
	"ratchet/server/limit"
	"ratchet/storage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	reads    = registry.Tool{Spec: registry.Spec{Name: "ratchet_list_available_tasks", Effect: registry.Reads}}
	executes = registry.Tool{Spec: registry.Spec{Name: "ratchet_execute_task", Effect: registry.Writes, Executes: true}}
	creates  = registry.Tool{Spec: registry.Spec{Name: "ratchet_create_task", Effect: registry.Writes, Rate: registry.RateCreate}}
	logs     = registry.Tool{Spec: registry.Spec{Name: "ratchet_get_execution_logs", Effect: registry.Reads, Rate: registry.RateLogs}}
	traces   = registry.Tool{Spec: registry.Spec{Name: "ratchet_get_execution_trace", Effect: registry.Reads, Rate: registry.RateTraces}}
)

// open returns a limiter that the test closes.
func open(t *testing.T, cfg limit.Config) *limit.Limiter {
	t.Helper()
	l, err := limit.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func as(surface string, p ratchet.Principal) context.Context {
	return registry.WithCaller(context.Background(), registry.Caller{Surface: surface, Principal: p.ID, Identity: p})
}

// calls makes calls one after another until one is refused, up to most, and
// returns how many were admitted and the refusal.
func calls(ctx context.Context, l *limit.Limiter, t registry.Tool, most int) (int, *ratchet.Error) {
	for n := range most {
		_, leave, err := l.Enter(ctx, t, nil)
		if err != nil {
			return n, ratchet.AsError(err)
		}
		leave(nil, nil)
	}
	return most, nil
}

// TestRatesOfEveryRole holds the limiter to the table: the burst at once, then
// as many a minute as it says.
func TestRatesOfEveryRole(t *testing.T) {
	for _, tier := range []string{limit.TierDefault, limit.TierPermissive, limit.TierStrict} {
		for _, role := range []ratchet.Role{ratchet.RoleAnonymous, ratchet.RoleUser, ratchet.RoleReadonly, ratchet.RoleAdmin, ratchet.RoleService} {
			t.Run(tier+" "+string(role), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					l := open(t, limit.Config{Rules: limit.Rules{Tier: tier}})
					want := limit.RateOf(tier, role)
					p := ratchet.Principal{ID: "user:1", Role: role, IP: "192.0.2.1"}
					if role == ratchet.RoleAnonymous {
						p.ID = ""
					}
					ctx := as("rest", p)
					n, err := calls(ctx, l, reads, want.Burst+1)
					if n != want.Burst || err == nil || err.Code != ratchet.CodeRateLimited || err.Hint == "" {
						t.Fatalf("%d calls at once, %v; want %d", n, err, want.Burst)
					}
					wait := time.Duration(err.Fields[ratchet.FieldRetryAfter].(int64)) * time.Millisecond
					if each := time.Minute / time.Duration(want.PerMinute); wait < each-time.Millisecond || wait > each+time.Millisecond {
						t.Errorf("retry after %s, want %s", wait, each)
					}
					time.Sleep(wait) // the clock is the test's own
					if n, _ := calls(ctx, l, reads, 2); n != 1 {
						t.Errorf("%d calls after the wait, want 1", n)
					}
					admitted := 0
					for range want.PerMinute {
						time.Sleep(time.Minute / time.Duration(want.PerMinute))
						n, _ := calls(ctx, l, reads, 1)
						admitted += n
					}
					if admitted < want.PerMinute-1 {
						t.Errorf("%d calls in a minute, want %d", admitted, want.PerMinute)
					}
				})
			})
		}
	}
}

func TestKindsOverMCP(t *testing.T) {
	for _, tier := range []string{limit.TierDefault, limit.TierPermissive, limit.TierStrict} {
		k := limit.KindsOf(tier)
		for _, tc := range []struct {
			tool  registry.Tool
			bound int
		}{{executes, k.Execute}, {creates, k.Create}, {logs, k.Logs}, {traces, k.Traces}, {reads, k.Total}} {
			t.Run(tier+" "+tc.tool.Name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					l := open(t, limit.Config{})
					ctx := as("mcp", ratchet.Principal{ID: "key:1", Role: ratchet.RoleService, Tier: tier})
					if n, err := calls(ctx, l, tc.tool, tc.bound+1); n != tc.bound || err == nil {
						t.Errorf("%d calls, %v; want %d", n, err, tc.bound)
					}
					time.Sleep(time.Minute)
					if n, _ := calls(ctx, l, tc.tool, tc.bound+1); n != tc.bound {
						t.Errorf("%d calls a minute later, want %d", n, tc.bound)
					}
				})
			})
		}
	}
}

func TestRunsAndCallsAtOnce(t *testing.T) {
	l := open(t, limit.Config{Rules: limit.Rules{Calls: 7, OpenCalls: 9}})
	for _, tc := range []struct {
		name string
		ctx  context.Context
		tool registry.Tool
		want int
	}{
		{"runs over MCP", as("mcp", ratchet.Principal{ID: "key:1", Role: ratchet.RoleUser}), executes, 5},
		{"runs of a strict key", as("mcp", ratchet.Principal{ID: "key:2", Role: ratchet.RoleUser, Tier: "strict"}), executes, 2},
		{"calls", as("rest", ratchet.Principal{ID: "key:3", Role: ratchet.RoleAdmin}), executes, 7},
		{"open loopback", as("mcp", ratchet.Local()), executes, 9},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for range 2 { // the second time after all have left
				var leaves []func(any, error)
				for {
					_, leave, err := l.Enter(tc.ctx, tc.tool, nil)
					if err != nil {
						if e := ratchet.AsError(err); e.Code != ratchet.CodeRateLimited || e.Fields[ratchet.FieldRetryAfter] == nil {
							t.Errorf("refused with %+v", e)
						}
						break
					}
					leaves = append(leaves, leave)
				}
				if len(leaves) != tc.want || l.Active() != tc.want {
					t.Errorf("%d calls at once, %d active; want %d", len(leaves), l.Active(), tc.want)
				}
				for _, leave := range leaves {
					leave(nil, nil)
				}
				if l.Active() != 0 {
					t.Errorf("%d calls are open after all left", l.Active())
				}
			}
		})
	}
}

func TestOpenLoopbackHasNoRates(t *testing.T) {
	l := open(t, limit.Config{Rules: limit.Rules{Tier: limit.TierStrict}})
	if n, err := calls(as("mcp", ratchet.Local()), l, executes, 5000); n != 5000 {
		t.Errorf("%d calls, %v", n, err)
	}
}

func TestOwnNumbersAndTools(t *testing.T) {
	l := open(t, limit.Config{Rules: limit.Rules{Default: limit.Rate{PerMinute: 1000, Burst: 200}, PerTool: map[string]int{creates.Name: 3}}})
	p := ratchet.Principal{ID: "user:1", Role: ratchet.RoleReadonly}
	if n, _ := calls(as("rest", p), l, creates, 10); n != 3 {
		t.Errorf("%d calls of a tool with a rate of its own, want 3", n)
	}
	if n, _ := calls(as("rest", p), l, reads, 500); n < 190 || n > 199 {
		t.Errorf("%d calls, want the burst less those before", n)
	}
	if _, err := limit.New(limit.Config{Rules: limit.Rules{Tier: "gold"}}); ratchet.CodeOf(err) != ratchet.CodeConfig {
		t.Errorf("an unknown tier: %v", err)
	}
}

// TestDayAcrossRestart uses up a day's quota with two servers.
func TestRulesChangeWhileItWorks(t *testing.T) {
	l := open(t, limit.Config{Rules: limit.Rules{Default: limit.Rate{PerMinute: 60, Burst: 3, PerDay: 1000}}})
	ada := as("rest", ratchet.Principal{ID: "user:ada", Role: ratchet.RoleUser})
	if n, err := calls(ada, l, reads, 10); n != 3 || err == nil {
		t.Fatalf("%d calls, %v", n, err)
	}
	if err := l.Change(limit.Rules{Off: true}); err != nil {
		t.Fatal(err)
	}
	if n, err := calls(ada, l, reads, 50); n != 50 {
		t.Errorf("switched off: %d calls, %v", n, err)
	}
	if err := l.Change(limit.Rules{Default: limit.Rate{PerMinute: 60, Burst: 20}, PerTool: map[string]int{reads.Name: 2}}); err != nil {
		t.Fatal(err)
	}
	bob := as("rest", ratchet.Principal{ID: "user:bob", Role: ratchet.RoleUser})
	if n, _ := calls(bob, l, reads, 50); n != 2 {
		t.Errorf("with a rate of the tool: %d calls", n)
	}
	if err := l.Change(limit.Rules{Tier: "gold"}); ratchet.CodeOf(err) != ratchet.CodeConfig {
		t.Errorf("a tier that does not exist: %v", err)
	}
	if n, _ := calls(bob, l, reads, 50); n != 0 {
		t.Errorf("refused, and yet the rules are others: %d calls", n)
	}
}

func TestDayAcrossRestart(t *testing.T) {
	db, err := storage.Open(t.Context(), storage.Config{Path: filepath.Join(t.TempDir(), "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	now := time.Date(2026, 5, 1, 23, 0, 0, 0, time.UTC)
	cfg := limit.Config{Rules: limit.Rules{Default: limit.Rate{PerMinute: 1e6, Burst: 1e6, PerDay: 100}}, Days: db, Now: func() time.Time { return now }}
	ctx := as("rest", ratchet.Principal{ID: "user:1", Role: ratchet.RoleUser})
	other := as("rest", ratchet.Principal{ID: "user:2", Role: ratchet.RoleUser})
	for i, want := range []int{60, 40, 0} {
		l, err := limit.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		n, refused := calls(ctx, l, reads, 60)
		l.Close()
		if n != want {
			t.Errorf("server %d admitted %d calls, want %d (%v)", i+1, n, want, refused)
		}
		if i == 2 {
			if after := refused.Fields[ratchet.FieldRetryAfter].(int64); after != time.Hour.Milliseconds() {
				t.Errorf("retry after %d ms, want an hour", after)
			}
		}
	}
	l := open(t, cfg)
	if n, _ := calls(other, l, reads, 60); n != 60 {
		t.Errorf("another principal made %d calls", n)
	}
	now = now.Add(time.Hour)
	if n, _ := calls(ctx, l, reads, 60); n != 60 {
		t.Errorf("%d calls on the next day", n)
	}
}

// TestForgetsThoseSeenLongestAgo keeps the memory bounded; quotas of those
// forgotten are kept.
func TestForgetsThoseSeenLongestAgo(t *testing.T) {
	db, err := storage.Open(t.Context(), storage.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	l := open(t, limit.Config{Clients: 10, Rules: limit.Rules{Default: limit.Rate{PerMinute: 1e6, Burst: 1e6, PerDay: 5}}, Days: db})
	for i := range 25 {
		if n, _ := calls(as("rest", ratchet.Principal{ID: fmt.Sprint("user:", i), Role: ratchet.RoleUser}), l, reads, 10); n != 5 {
			t.Fatalf("client %d made %d calls", i, n)
		}
	}
	if n, _ := calls(as("rest", ratchet.Principal{ID: "user:0", Role: ratchet.RoleUser}), l, reads, 10); n != 0 {
		t.Errorf("a client that was forgotten made %d calls more", n)
	}
	if n := l.Clients(); n != 10 {
		t.Errorf("%d clients are remembered", n)
	}
}

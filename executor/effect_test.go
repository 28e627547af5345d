package executor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ratchet"
	"ratchet/executor"
	"ratchet/storage"
)

// receiver is a server that keeps what was asked of it, and answers, drops or
// hangs as its script says.
type receiver struct {
	*httptest.Server
	mu   sync.Mutex
	keys []string // Idempotency-Key of each request that was acted on
}

// newReceiver answers each request with what decide says of its number, from 0.
func newReceiver(t testing.TB, decide func(n int) fate) *receiver {
	r := &receiver{}
	gone := make(chan struct{})
	asked := 0
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		_, _ = io.Copy(io.Discard, q.Body) // else the end of the client is not noticed
		r.mu.Lock()
		what := decide(asked)
		asked++
		if what.acts() {
			r.keys = append(r.keys, q.Header.Get("Idempotency-Key"))
		}
		done := len(r.keys)
		r.mu.Unlock()
		switch what {
		case answers:
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"done":%d%s}`, done, strings.Repeat(" ", len(q.URL.Path)/8<<16))
		case hangs, hangsDone:
			select {
			case <-q.Context().Done():
			case <-gone:
			}
		case declines:
			w.WriteHeader(http.StatusTooManyRequests)
		default:
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(func() { close(gone); r.Close() })
	return r
}

func (r *receiver) effects() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.keys)
}

// fate is what becomes of one request.
type fate int

const (
	answers   fate = iota // acts and answers
	dropsLate             // acts and drops the connection
	hangsDone             // acts and does not answer in time
	drops                 // drops the connection before it acts
	hangs                 // neither acts nor answers
	declines              // answers that it does nothing now
)

func (f fate) acts() bool { return f == answers || f == dropsLate || f == hangsDone }

func always(f fate) func(int) fate { return func(int) fate { return f } }

// first gives the fates of the first requests; the others are answered.
func first(list ...fate) func(int) fate {
	return func(n int) fate {
		if n < len(list) {
			return list[n]
		}
		return answers
	}
}

// retry runs an execution again and waits for its end.
func (r rig) retry(t testing.TB, x *ratchet.Execution, change func(*executor.Request)) *ratchet.Execution {
	t.Helper()
	req := executor.Request{
		Task: x.TaskID, Input: x.Input, Origin: ratchet.OriginRetry, Attempt: x.Attempt + 1, RetryOf: x.ID,
	}
	if change != nil {
		change(&req)
	}
	h, err := r.Start(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	again, err := h.Wait(context.Background(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// reported says whether an execution tells of an unknown effect: in the
// details of its error, or in a warning of the ledger.
func (r rig) reported(t testing.TB, x *ratchet.Execution) bool {
	t.Helper()
	if x.Error != nil && (x.Error.Type == "EffectUnknownError" || x.Error.Details["unknown_effects"] != nil) {
		return true
	}
	logs, err := r.store.Logs(context.Background(), x.ID, storage.LogQuery{})
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(logs.Lines, func(l ratchet.LogLine) bool {
		return l.Logger == "effects" && l.Level == "warn" && strings.Contains(l.Message, "outcome is unknown")
	})
}

const postTask = `export default async (i) => {
	const r = await fetch(i.url, {method: "POST", body: {n: 1}, timeout: i.timeout ?? 5000, idempotencyKey: i.key ?? null})
	if (i.fail) throw new Error("afterwards")
	return r.body
}`

// A reply is the same from the ledger, whether its row holds it or not.
func TestEffectIsReused(t *testing.T) {
	for _, path := range []string{"", "/a-large-reply"} {
		t.Run(path, func(t *testing.T) { testEffectIsReused(t, path) })
	}
}

func testEffectIsReused(t *testing.T, path string) {
	r, site := newRig(t, loopback(t)), newReceiver(t, always(answers))
	r.task(t, postTask, nil)
	x := r.run(t, fmt.Sprintf(`{"url":%q,"fail":true}`, site.URL+path))
	if x.Status != ratchet.StatusFailed {
		t.Fatalf("%+v", x)
	}
	keys := site.effects()
	if len(keys) != 1 || !strings.HasPrefix(keys[0], "ratchet-") {
		t.Fatalf("keys %q: one request with a key of ours is wanted", keys)
	}
	input := func(q *executor.Request) { q.Input = json.RawMessage(fmt.Sprintf(`{"url":%q}`, site.URL+path)) }
	again := r.retry(t, x, input)
	if string(again.Output) != `{"done":1}` || len(site.effects()) != 1 {
		t.Errorf("the retry gave %s (%+v) after %d requests", again.Output, again.Error, len(site.effects()))
	}
	// A retry of the retry is the same chain; one with reset effects is not.
	third := r.retry(t, again, input)
	if string(third.Output) != `{"done":1}` || len(site.effects()) != 1 {
		t.Errorf("the second retry gave %s after %d requests", third.Output, len(site.effects()))
	}
	anew := r.retry(t, x, func(q *executor.Request) { input(q); q.ResetEffects = true })
	keys = site.effects()
	if string(anew.Output) != `{"done":2}` || len(keys) != 2 || keys[0] == keys[1] {
		t.Errorf("the retry with reset effects gave %s, keys %q", anew.Output, keys)
	}
	if r.reported(t, again) || r.reported(t, x) {
		t.Error("a known effect is reported as unknown")
	}
}

func TestOwnIdempotencyKeyIsKept(t *testing.T) {
	r, site := newRig(t, loopback(t)), newReceiver(t, always(answers))
	r.task(t, postTask, nil)
	x := r.run(t, fmt.Sprintf(`{"url":%q,"key":"mine-1"}`, site.URL))
	if keys := site.effects(); !slices.Equal(keys, []string{"mine-1"}) {
		t.Errorf("keys %q (%+v)", keys, x.Error)
	}
}

// A call that is repeated with its idempotency_key is the first call.
func TestIdempotencyKeyOfARunMakesEffectsOnce(t *testing.T) {
	r, site := newRig(t, loopback(t)), newReceiver(t, always(answers))
	r.task(t, postTask, nil)
	req := executor.Request{Task: "t", Input: json.RawMessage(fmt.Sprintf(`{"url":%q}`, site.URL)), IdempotencyKey: "order-7"}
	for range 3 {
		h, err := r.Start(context.Background(), req)
		if err != nil {
			t.Fatal(err)
		}
		if x, err := h.Wait(context.Background(), time.Minute); err != nil || string(x.Output) != `{"done":1}` {
			t.Errorf("%+v, %v", x, err)
		}
	}
	if keys := site.effects(); len(keys) != 1 {
		t.Errorf("%d requests", len(keys))
	}
}

// A receiver that nobody reached has done nothing: the retry asks again.
func TestUnsentEffectIsMade(t *testing.T) {
	r, down, site := newRig(t, loopback(t)), newReceiver(t, always(answers)), newReceiver(t, always(answers))
	r.task(t, postTask, nil)
	down.Close()
	x := r.run(t, fmt.Sprintf(`{"url":%q}`, down.URL))
	if x.Error == nil || x.Error.Type != "NetworkError" || r.reported(t, x) {
		t.Fatalf("%+v", x.Error)
	}
	if again := r.retry(t, x, nil); again.Error == nil || again.Error.Type != "NetworkError" || r.reported(t, again) {
		t.Errorf("the retry was not tried: %+v", again.Error)
	}
	again := r.retry(t, x, func(q *executor.Request) { q.Input = json.RawMessage(fmt.Sprintf(`{"url":%q}`, site.URL)) })
	if string(again.Output) != `{"done":1}` {
		t.Errorf("%s, %+v", again.Output, again.Error)
	}
}

func TestUnknownEffectIsNotRepeated(t *testing.T) {
	for _, what := range []fate{drops, dropsLate, hangs, hangsDone} {
		t.Run(fmt.Sprint(what), func(t *testing.T) {
			r, site := newRig(t, loopback(t)), newReceiver(t, first(what))
			r.task(t, postTask, nil)
			x := r.run(t, fmt.Sprintf(`{"url":%q,"timeout":200}`, site.URL))
			if x.Error == nil || x.Error.Details["unknown_effects"] == nil {
				t.Fatalf("not reported: %+v", x.Error)
			}
			before := len(site.effects())
			if p, err := r.Replay(t.Context(), executor.ReplayRequest{Execution: x.ID}); err != nil || !p.Identical {
				t.Errorf("what the ledger says makes the replay differ: %+v, %v", p, err)
			}
			again := r.retry(t, x, nil)
			if again.Error == nil || again.Error.Type != "EffectUnknownError" || len(site.effects()) != before {
				t.Errorf("the retry ended with %+v, %d effects", again.Error, len(site.effects()))
			}
			anew := r.retry(t, again, func(q *executor.Request) { q.ResetEffects = true })
			if anew.Error != nil || len(site.effects()) != before+1 {
				t.Errorf("anew: %+v, %d effects", anew.Error, len(site.effects()))
			}
		})
	}
}

// Who says that the receiver knows keys gets the same key again, and is told.
func TestUnknownEffectIsRepeatedUnderItsKey(t *testing.T) {
	for name, c := range map[string]struct{ input, metadata string }{
		"own key": {`"key":"mine-2"`, `{}`},
		"policy":  {`"n":1`, `{"effects":{"repeat_unknown":true}}`},
	} {
		t.Run(name, func(t *testing.T) {
			r, site := newRig(t, loopback(t)), newReceiver(t, first(dropsLate))
			r.task(t, postTask, func(t *ratchet.Task) { t.Metadata = json.RawMessage(c.metadata) })
			x := r.run(t, fmt.Sprintf(`{"url":%q,%s}`, site.URL, c.input))
			again := r.retry(t, x, nil)
			keys := site.effects()
			if again.Error != nil || len(keys) != 2 || keys[0] != keys[1] || !r.reported(t, again) {
				t.Errorf("%+v, keys %q, reported %v", again.Error, keys, r.reported(t, again))
			}
		})
	}
}

package executor_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"ratchet"
)

// loopTask asks up to three times, as careful code does.
const loopTask = `export default async (i) => {
	const seen = []
	for (let n = 0; n < 3; n++) {
		try {
			const r = await fetch(i.url, {method: "POST", body: {n: 1}, timeout: 5000, idempotencyKey: i.key ?? null})
			seen.push(r.status)
			if (r.ok) break
		} catch (e) { seen.push(e.name) }
	}
	return seen
}`

// Within one run, the same request again is the same effect when nobody knows
// what became of it.
func TestUnknownEffectIsNotRepeatedInItsRun(t *testing.T) {
	for name, c := range map[string]struct {
		input, want string
		fates       []fate
		effects     int
		unknown     bool
	}{
		"refused":      {`"n":1`, `["NetworkError","EffectUnknownError","EffectUnknownError"]`, []fate{dropsLate}, 1, true},
		"own key":      {`"key":"mine-3"`, `["NetworkError",200]`, []fate{dropsLate}, 2, true},
		"declined":     {`"n":1`, `[429,429,200]`, []fate{declines, declines}, 1, false},
		"then unknown": {`"n":1`, `[429,"NetworkError","EffectUnknownError"]`, []fate{declines, dropsLate}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			r, site := newRig(t, loopback(t)), newReceiver(t, first(c.fates...))
			r.task(t, loopTask, nil)
			x := r.run(t, fmt.Sprintf(`{"url":%q,%s}`, site.URL, c.input))
			keys := site.effects()
			if string(x.Output) != c.want || len(keys) != c.effects || r.reported(t, x) != c.unknown {
				t.Errorf("%s (%+v), keys %q, reported %v", x.Output, x.Error, keys, r.reported(t, x))
			}
			if len(keys) == 2 && keys[0] != keys[1] {
				t.Errorf("repeated under another key: %q", keys)
			}
			again := r.retry(t, x, nil) // what was declined was not recorded as made
			if len(site.effects()) > c.effects+strings.Count(c.input, "key") {
				t.Errorf("the retry repeated: %s, %q", again.Output, site.effects())
			}
		})
	}
}

// silent takes POSTs and never answers them; a GET is answered when a POST has
// arrived.
func silent(t *testing.T) (url string, posts *atomic.Int64) {
	posts = new(atomic.Int64)
	arrived, gone := make(chan struct{}), make(chan struct{})
	once := sync.Once{}
	site := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		wait := arrived
		if q.Method == http.MethodPost {
			_, _ = io.Copy(io.Discard, q.Body)
			posts.Add(1)
			once.Do(func() { close(arrived) })
			wait = gone
		}
		select {
		case <-wait:
		case <-q.Context().Done():
		}
	}))
	t.Cleanup(func() { close(gone); site.Close() })
	return site.URL, posts
}

// A run that ends while a request is under way reports it, however it ends.
func TestRunEndsDuringAnEffect(t *testing.T) {
	for name, c := range map[string]struct {
		code, metadata string
		status         ratchet.Status
	}{
		"time limit":  {`await sent`, `{"timeout":1}`, ratchet.StatusTimedOut},
		"throws":      {`throw new Error("no patience")`, `{}`, ratchet.StatusFailed},
		"not awaited": {`return 1`, `{}`, ratchet.StatusCompleted},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, loopback(t))
			url, posts := silent(t)
			r.task(t, `export default async (i) => {
				const sent = fetch(i.url, {method: "POST", body: {n: 1}});
				sent.catch(() => {});
				await fetch(i.url);
				`+c.code+` }`, func(t *ratchet.Task) { t.Metadata = json.RawMessage(c.metadata) })
			x := r.run(t, fmt.Sprintf(`{"url":%q}`, url))
			if x.Status != c.status || posts.Load() != 1 || !r.reported(t, x) {
				t.Fatalf("%s, %d requests, reported %v: %+v", x.Status, posts.Load(), r.reported(t, x), x.Error)
			}
			// A retry that does not wait for the request may end before it is refused.
			again, waits := r.retry(t, x, nil), c.status == ratchet.StatusTimedOut
			if waits && !r.reported(t, again) || posts.Load() != 1 {
				t.Errorf("the retry made %d requests, reported %v", posts.Load()-1, r.reported(t, again))
			}
		})
	}
}

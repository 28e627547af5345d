package executor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime/worker"
	"ratchet/storage"
	"ratchet/thorough"
)

// shop takes orders and does with each request what its seed says. It knows
// nothing of keys, so that each request that is acted on counts.
type shop struct {
	*httptest.Server
	seed int

	mu    sync.Mutex
	asked map[string]int      // requests, by path
	keys  map[string][]string // of the requests that were acted on, by path
	fates [declines + 1]int
}

func newShop(t *testing.T, seed int) *shop {
	s := &shop{seed: seed, asked: map[string]int{}, keys: map[string][]string{}}
	gone := make(chan struct{})
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		_, _ = io.Copy(io.Discard, q.Body)
		switch s.order(q.URL.Path, q.Header.Get("Idempotency-Key")) {
		case answers:
			_, _ = io.WriteString(w, "done")
		case declines:
			w.WriteHeader(http.StatusServiceUnavailable)
		case hangs, hangsDone:
			select {
			case <-q.Context().Done():
			case <-gone:
			}
		default:
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(func() { close(gone); s.Close() })
	return s
}

// order decides what becomes of a request: half are answered.
func (s *shop) order(path, key string) fate {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := fnv.New64a()
	fmt.Fprint(h, s.seed, path, s.asked[path])
	s.asked[path]++
	what := max(answers, fate(h.Sum64()>>7%10)-4)
	s.fates[what]++
	if what.acts() {
		s.keys[path] = append(s.keys[path], key)
	}
	return what
}

const shopTask = `export default async (i) => {
	for (const step of ["reserve", "pay"]) {
		for (let tries = 0;; tries++) {
			try {
				const r = await fetch(i.url + "/" + step, {
					method: "POST", body: {n: 1}, timeout: 50, idempotencyKey: i.key ? i.key + step : null,
				})
				if (r.ok) break
				if (tries >= i.again) throw new Error("status " + r.status)
			} catch (e) { if (tries >= i.again) throw e }
		}
	}
	if (i.fail) throw new Error("after everything")
}`

// TestThousandRetriedRuns makes runs fail in every way a receiver can make
// them, retries each, and counts at the receiver what was done.
func TestThousandRetriedRuns(t *testing.T) {
	total := thorough.Of(100, 1000)
	if underRace {
		total = 100
	}
	pool, err := worker.NewPool(worker.Config{Workers: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close(context.Background()) })
	open := loopback(t)
	r := newRig(t, func(c *executor.Config) { open(c); c.Runner = pool })
	r.task(t, shopTask, nil)
	r.task(t, shopTask, func(t *ratchet.Task) {
		t.Name, t.Metadata = "repeats", json.RawMessage(`{"effects":{"repeat_unknown":true}}`)
	})
	s := newShop(t, 20)
	m := &many{rig: r, shop: s, told: map[string]bool{}}
	next := make(chan int)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for n := range next {
				m.chain(t, n)
			}
		})
	}
	for n := range total {
		next <- n
	}
	close(next)
	wg.Wait()
	m.count(t, total)
}

// many is what the runs of the test have said.
type many struct {
	rig
	shop *shop

	mu        sync.Mutex
	told      map[string]bool // paths that a run reported as unknown
	attempts  int
	completed int
	lies      int // completed runs whose effects were not made
}

// chain runs and retries one order, in one of four ways: with and without a
// loop in the code, under a key of its own, and with repetition allowed.
func (m *many) chain(t *testing.T, n int) {
	input := map[string]any{"url": fmt.Sprintf("%s/%d", m.shop.URL, n), "again": n % 3, "fail": true}
	req := executor.Request{Task: "t"}
	switch n % 4 {
	case 2:
		input["key"] = fmt.Sprintf("order-%d-", n)
	case 3:
		req.Task = "repeats"
	}
	for attempt := 1; attempt <= 3; attempt++ {
		req.Input, _ = json.Marshal(input)
		h, err := m.Start(context.Background(), req)
		if err != nil {
			t.Error(err)
			return
		}
		x, err := h.Wait(context.Background(), time.Minute)
		if err != nil {
			t.Error(err)
			return
		}
		m.listen(t, x, n)
		if x.Status == ratchet.StatusCompleted {
			return
		}
		input["fail"] = false
		req.RetryOf, req.Origin, req.Attempt = x.ID, ratchet.OriginRetry, attempt+1
	}
}

// listen notes which effects a run reports as unknown.
func (m *many) listen(t *testing.T, x *ratchet.Execution, n int) {
	logs, err := m.store.Logs(context.Background(), x.ID, storage.LogQuery{})
	if err != nil {
		t.Error(err)
	}
	var said strings.Builder
	for _, l := range logs.Lines {
		if l.Logger == "effects" && l.Level == "warn" && strings.Contains(l.Message, "outcome is unknown") {
			said.WriteString(l.Message + "\n")
		}
	}
	if x.Error != nil {
		details, _ := json.Marshal(x.Error.Details["unknown_effects"])
		said.Write(details)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.attempts++
	if x.Status == ratchet.StatusCompleted {
		m.completed++
	}
	for _, step := range []string{"reserve", "pay"} {
		path := fmt.Sprintf("/%d/%s", n, step)
		m.told[path] = m.told[path] || strings.Contains(said.String(), path)
		if x.Status == ratchet.StatusCompleted && len(m.shop.effects(path)) == 0 {
			m.lies++
		}
	}
}

// repeats says whether the order's task may repeat what is unknown.
func (m *many) repeats(path string) bool {
	var n int
	_, err := fmt.Sscanf(path, "/%d/", &n)
	return err == nil && n%4 == 3
}

func (s *shop) effects(path string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys[path]
}

// count compares what was done with what was said.
func (m *many) count(t *testing.T, total int) {
	var once, never, twice, unreported, otherKey, blind, unknown int
	for path, told := range m.told {
		keys := m.shop.keys[path]
		switch {
		case len(keys) == 1:
			once++
		case len(keys) == 0:
			never++
		default:
			twice++
			if !told {
				unreported++
			}
			if strings.HasPrefix(keys[0], "ratchet-") && !m.repeats(path) {
				blind++
			}
			for _, k := range keys {
				if k != keys[0] {
					otherKey++
				}
			}
		}
		if told {
			unknown++
		}
	}
	f := m.shop.fates
	t.Logf("%d retried runs: %d attempts, %d completed; the receiver answered %d requests, dropped %d before and %d after acting, let %d before and %d after acting time out, declined %d",
		total, m.attempts, m.completed, f[answers], f[drops], f[dropsLate], f[hangs], f[hangsDone], f[declines])
	t.Logf("effects of retried runs: %d made once, %d never, %d more than once and reported as unknown, %d more than once and unreported; %d reported as unknown in all",
		once, never, twice-unreported, unreported, unknown)
	if unreported+otherKey+blind+m.lies > 0 {
		t.Errorf("%d repeated without a report, %d under another key, %d without leave, %d runs completed without their effect",
			unreported, otherKey, blind, m.lies)
	}
	if m.attempts < 2*total || once < total/2 || twice == 0 || unknown < total/4 {
		t.Error("too little happened: the test says nothing")
	}
}

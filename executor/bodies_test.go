package executor_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	goruntime "runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime/broker"
	"ratchet/runtime/worker"
	"ratchet/spool"
)

// bodyRig is a rig whose tasks may reach an upstream on this machine: /n answers
// with n bytes, /hang with a megabyte and no end.
func bodyRig(t *testing.T, limits spool.Limits) (rig, string, *worker.Pool) {
	t.Helper()
	r, site, pool, _ := bodyRigHeld(t, limits)
	return r, site, pool
}

// bodyRigHeld is bodyRig with a channel that is closed when /holding is asked for.
func bodyRigHeld(t *testing.T, limits spool.Limits) (rig, string, *worker.Pool, <-chan struct{}) {
	t.Helper()
	holding := make(chan struct{})
	page := bytes.Repeat([]byte("0123456789abcdef"), 4<<10)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.URL.Path == "/holding" {
			close(holding)
		}
		if r.URL.Path == "/hang" {
			_, _ = w.Write(bytes.Repeat([]byte("h"), 1<<20))
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			return
		}
		var n int
		_, _ = fmt.Sscanf(r.URL.Path, "/%d", &n)
		for ; n > 0; n -= len(page) {
			_, _ = w.Write(page[:min(n, len(page))])
		}
	}))
	t.Cleanup(site.Close)
	open := broker.New(broker.Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowPorts: []uint16{0}})
	t.Cleanup(open.Close)
	var pool *worker.Pool
	r := newRig(t, func(c *executor.Config) {
		c.Broker, c.Bodies = open, spool.Open(t.TempDir(), limits)
		pool = c.Runner.(*worker.Pool)
	})
	return r, site.URL, pool, holding
}

// A recording with large bodies is stored whole and followed to its end.
func TestBodies_recording(t *testing.T) {
	r, site, _ := bodyRig(t, spool.Limits{})
	r.task(t, `export default async (i) => {
		const get = await Promise.all([3000000, 10, 70000].map((n) => fetch(i.url + "/" + n).then((r) => r.text())));
		const post = await fetch(i.url + "/200000", {method: "POST", body: "p".repeat(900000)});
		return get.map((t) => t.length).concat((await post.text()).slice(-3));
	}`, nil)
	x := r.run(t, `{"url":"`+site+`"}`)
	if x.Status != ratchet.StatusCompleted || string(x.Output) != `[3000000,10,70000,"def"]` {
		t.Fatalf("%s %+v", x.Output, x.Error)
	}
	tape := decodeTape(t, r, x.ID)
	if !tape.Complete || len(tape.Calls) != 4 {
		t.Fatalf("complete %t, %d calls", tape.Complete, len(tape.Calls))
	}
	if c := tape.Calls[0]; len(c.Reply.Fetch.Body) != 3000000 || string(c.Reply.Fetch.Body[2999984:]) != "0123456789abcdef" {
		t.Errorf("a body of %d bytes is on the tape", len(c.Reply.Fetch.Body))
	}
	if c := tape.Calls[3]; len(c.Call.Fetch.Body) != 900000 {
		t.Errorf("a request body of %d bytes is on the tape", len(c.Call.Fetch.Body))
	}
	replay, err := r.Replay(context.Background(), executor.ReplayRequest{Execution: x.ID})
	if err != nil || replay.Followed.Divergence != nil || !replay.Followed.Complete {
		t.Errorf("%+v %v", replay, err)
	}
}

// Secrets are on no tape, wherever they stand in a large body.
func TestBodies_masked(t *testing.T) {
	r, site, _ := bodyRig(t, spool.Limits{})
	r.task(t, `export default async (i, c) => {
		const token = c.secrets.get("TOKEN");
		const body = "x".repeat(1048570) + token + "y".repeat(500000) + token;
		return (await fetch(i.url + "/100000", {method: "PUT", body})).status;
	}`, func(t *ratchet.Task) { t.Metadata = []byte(`{"secrets":["TOKEN"]}`) })
	x := r.run(t, `{"url":"`+site+`"}`)
	if x.Status != ratchet.StatusCompleted {
		t.Fatalf("%+v", x.Error)
	}
	c := decodeTape(t, r, x.ID).Calls[1]
	want := strings.Repeat("x", 1048570) + executor.Redacted + strings.Repeat("y", 500000) + executor.Redacted
	if string(c.Call.Fetch.Body) != want || len(c.Reply.Fetch.Body) != 100000 {
		t.Errorf("a request of %d bytes and a response of %d are on the tape", len(c.Call.Fetch.Body), len(c.Reply.Fetch.Body))
	}
}

// A run may fetch as much as it likes one after another; the recording keeps
// what fits and says so, and a replay ends there and says why.
func TestBodies_recordingKeepsWhatFits(t *testing.T) {
	r, site, _ := bodyRig(t, spool.Limits{Run: 4 << 20})
	r.task(t, `export default async (i) => { let n = 0; for (let k = 0; k < 12; k++) n += (await (await fetch(i.url + "/1000000")).bytes()).length; return n }`, nil)
	x := r.run(t, `{"url":"`+site+`"}`)
	if x.Status != ratchet.StatusCompleted || string(x.Output) != "12000000" {
		t.Fatalf("%s %+v", x.Output, x.Error)
	}
	if tape := decodeTape(t, r, x.ID); tape.Complete || len(tape.Calls) == 0 || len(tape.Calls) > 4 {
		t.Errorf("complete %t, %d calls", tape.Complete, len(tape.Calls))
	}
	replay, err := r.Replay(context.Background(), executor.ReplayRequest{Execution: x.ID})
	if err != nil || replay.Followed.Complete || replay.Followed.Divergence != nil {
		t.Fatalf("%+v %v", replay, err)
	}
	if notes := strings.Join(replay.Notes, " "); !strings.Contains(notes, "http.max_run_body_bytes") {
		t.Errorf("notes: %s", notes)
	}
}

// Each budget that is used up is an error of its own; a run that has passed its
// budget has had no more than that.
func TestBodies_budget(t *testing.T) {
	tests := map[string]struct {
		limits    spool.Limits
		code      string
		want      string
		retryable bool
	}{
		"run, responses": {spool.Limits{Run: 2 << 20}, `(i) => Promise.all([1, 2, 3].map(() => fetch(i.url + "/hang", {timeout: 20000})))`, "http.max_run_body_bytes", false},
		"run, request":   {spool.Limits{Run: 2 << 20}, `(i) => fetch(i.url + "/1", {method: "PUT", body: new Uint8Array(3 << 20)})`, "http.max_run_body_bytes", false},
		"all runs":       {spool.Limits{Total: 1 << 20}, `(i) => fetch(i.url + "/2000000")`, "http.max_body_bytes", true},
		"memory":         {spool.Limits{Memory: 32 << 10}, `(i) => fetch(i.url + "/2000000")`, "http.max_body_memory", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r, site, _ := bodyRig(t, test.limits)
			r.task(t, "export default async "+test.code, nil)
			x := r.run(t, `{"url":"`+site+`"}`)
			if x.Error == nil || !strings.Contains(x.Error.Message, test.want) || x.Error.Retryable != test.retryable {
				t.Errorf("%s %s %+v", x.Status, x.Output, x.Error)
			}
		})
	}
}

// What runs fetch is never in the heap of the server as a whole: eight runs of
// 4 MiB at once allocate less than a third of that, stored recordings included.
func TestBodies_notInMemory(t *testing.T) {
	r, site, _ := bodyRig(t, spool.Limits{})
	r.task(t, `export default async (i) => (await (await fetch(i.url)).bytes()).length`, nil)
	r.run(t, `{"url":"`+site+`/4194304"}`) // opens what is opened once
	var before, after goruntime.MemStats
	goruntime.ReadMemStats(&before)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if x := r.run(t, `{"url":"`+site+`/4194304"}`); string(x.Output) != "4194304" {
				t.Errorf("%s %+v", x.Output, x.Error)
			}
		})
	}
	wait.Wait()
	goruntime.ReadMemStats(&after)
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 10<<20 {
		t.Errorf("allocated %d KiB for 32 MiB of bodies", allocated>>10)
	}
}

// However a run ends, its part of the budget is free again.
func TestBodies_freed(t *testing.T) {
	const holding = `async (i) => {
		await fetch(i.url + "/500000", {method: "POST", body: "b".repeat(400000)});
		fetch(i.url + "/hang");
		await fetch(i.url + "/600000");
		fetch(i.url + "/holding");
		`
	tests := map[string]struct {
		code string
		end  func(*testing.T, rig, *worker.Pool, *executor.Handle)
	}{
		"output":    {holding + `return 1 }`, nil},
		"error":     {holding + `throw new Error("x") }`, nil},
		"timeout":   {holding + `for (;;); }`, nil},
		"cancelled": {holding + `return new Promise(() => setInterval(() => {}, 1000)) }`, cancelled(false)},
		"killed":    {holding + `for (;;); }`, cancelled(true)},
		"crashed":   {holding + `for (;;); }`, crashed},
		"memory":    {holding + `const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1)); }`, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, site, pool, holding := bodyRigHeld(t, spool.Limits{})
			r.task(t, "export default "+test.code, func(task *ratchet.Task) {
				if name == "timeout" {
					task.Metadata = []byte(`{"timeout":2}`)
				}
			})
			h, err := r.Start(context.Background(), executor.Request{Task: "t", Input: []byte(`{"url":"` + site + `"}`)})
			if err != nil {
				t.Fatal(err)
			}
			select {
			case <-holding:
			case <-h.Done(): // it ended before its last request was sent
			}
			if test.end != nil {
				if r.bodies.Usage().Total < 500000 {
					t.Errorf("the run holds %+v", r.bodies.Usage())
				}
				test.end(t, r, pool, h)
			}
			if _, err := h.Wait(context.Background(), time.Minute); err != nil {
				t.Fatal(err)
			}
			if u := r.bodies.Usage(); u != (spool.Usage{}) {
				t.Errorf("still held: %+v", u)
			}
		})
	}
}

func cancelled(force bool) func(*testing.T, rig, *worker.Pool, *executor.Handle) {
	return func(t *testing.T, r rig, _ *worker.Pool, h *executor.Handle) {
		if _, err := r.Cancel(context.Background(), h.ID, "", force); err != nil {
			t.Error(err)
		}
	}
}

func crashed(t *testing.T, _ rig, pool *worker.Pool, _ *executor.Handle) {
	for _, w := range pool.Stats().Workers {
		if w.State == worker.StateBusy {
			if err := syscall.Kill(w.PID, syscall.SIGKILL); err != nil {
				t.Error(err)
			}
		}
	}
}

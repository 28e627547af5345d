package executor_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime"
	"ratchet/runtime/broker"
	"ratchet/storage"
)

// world is a server that counts its requests and answers each differently.
type world struct {
	*httptest.Server
	hits atomic.Int64
}

func newWorld(t *testing.T) *world {
	w := &world{}
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		n := w.hits.Add(1)
		rw.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(rw, `{"hit":%d,"path":%q,"auth":%q}`, n, r.URL.Path, r.Header.Get("Authorization"))
	}))
	t.Cleanup(w.Close)
	return w
}

// loopback lets tasks reach the test's own servers.
func loopback(t *testing.T) func(*executor.Config) {
	b := broker.New(broker.Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowPorts: []uint16{0}})
	t.Cleanup(b.Close)
	return func(c *executor.Config) { c.Broker = b }
}

const recordedTask = `export default async (input, context) => {
  console.log('start', new Date().toISOString(), Math.random());
  const [a, b] = await Promise.all([fetch(input.url + '/a'), fetch(input.url + '/b', {method: 'POST', body: {n: 1}})]);
  await new Promise((r) => setTimeout(r, 2));
  reportProgress(0.5);
  const c = await fetch(input.url + '/c', {headers: {authorization: 'Bearer ' + context.secrets.get('TOKEN')}});
  if (input.fail) throw new RangeError('after ' + c.body.hit);
  return {at: Date.now(), id: crypto.randomUUID(), hits: [a.body.hit, b.body.hit, c.body.hit], auth: c.body.auth, who: context.executionId};
}`

// recordOne stores the task and runs it once.
func recordOne(t *testing.T, fail bool) (rig, *world, *ratchet.Execution) {
	r, w := newRig(t, loopback(t)), newWorld(t)
	r.task(t, recordedTask, func(t *ratchet.Task) { t.Metadata = json.RawMessage(`{"secrets":["TOKEN"]}`) })
	x := r.run(t, fmt.Sprintf(`{"url":%q,"fail":%t}`, w.URL, fail))
	if (x.Error != nil) != fail {
		t.Fatalf("%+v", x.Error)
	}
	return r, w, x
}

func TestReplay(t *testing.T) {
	for _, fail := range []bool{false, true} {
		r, w, x := recordOne(t, fail)
		hits := w.hits.Load()
		p, err := r.Replay(context.Background(), executor.ReplayRequest{Execution: x.ID})
		if err != nil {
			t.Fatal(err)
		}
		if !p.Identical || !p.SameCode || p.Different != "" || string(p.Output) != string(x.Output) || len(p.Notes) > 0 {
			t.Errorf("fail %t: %+v\n%s\n%s", fail, p, p.Output, x.Output)
		}
		if w.hits.Load() != hits {
			t.Error("the replay reached the world")
		}
	}
}

func TestReplay_changed(t *testing.T) {
	r, _, x := recordOne(t, false)
	ctx := context.Background()
	p, err := r.Replay(ctx, executor.ReplayRequest{Execution: x.ID, Code: strings.Replace(recordedTask, "'/c'", "'/d'", 1)})
	if err != nil {
		t.Fatal(err)
	}
	d := p.Followed.Divergence
	if p.Identical || p.SameCode || d == nil || d.Line != 6 || !strings.HasSuffix(d.Wanted, "/c)") || !strings.HasSuffix(d.Got, "/d)") {
		t.Errorf("%+v %+v", p, d)
	}
	if p, err = r.Replay(ctx, executor.ReplayRequest{Execution: x.ID, Code: strings.Replace(recordedTask, "c.body.hit]", "0]", 1)}); err != nil || p.Identical || p.Different != "output" {
		t.Errorf("%+v %v", p, err)
	}
	// An edit of the task leaves the recording with the code it was made with.
	task, err := r.store.Task(ctx, "t")
	if err != nil {
		t.Fatal(err)
	}
	task.Code = "export default () => 1"
	if _, err := r.store.UpdateTask(ctx, task, storage.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if p, err = r.Replay(ctx, executor.ReplayRequest{Execution: x.ID}); err != nil || !p.Identical || !p.SameCode {
		t.Errorf("%+v %v", p, err)
	}
	if p, err = r.Replay(ctx, executor.ReplayRequest{Execution: x.ID, Version: "1.0.0"}); err != nil || p.Identical || p.Followed.Divergence == nil {
		t.Errorf("%+v %v", p, err)
	}
	if _, err := r.store.DeleteTask(ctx, task.ID, storage.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	_, err = r.Replay(ctx, executor.ReplayRequest{Execution: x.ID})
	if err != nil && ratchet.CodeOf(err) != ratchet.CodeGone {
		t.Error(err)
	}
}

// TestReplay_notes replays recordings that were made elsewhere, or hold less:
// the result says what that means.
func TestReplay_notes(t *testing.T) {
	r, _, x := recordOne(t, false)
	for name, c := range map[string]struct {
		change func(*runtime.Tape)
		want   []string
	}{
		"another engine":    {func(t *runtime.Tape) { t.Header.Engine = "goja v0" }, []string{"another engine (goja v0; "}},
		"another Go":        {func(t *runtime.Tape) { t.Header.Go = "go1.1" }, []string{"another Go version (go1.1; "}},
		"other polyfills":   {func(t *runtime.Tape) { t.Header.Polyfills = "0123456789abcdef" }, []string{"another built-in JavaScript (0123456789ab; "}},
		"an incomplete one": {func(t *runtime.Tape) { t.Complete = false }, []string{"the recording is incomplete"}},
		"requests only": {func(t *runtime.Tape) {
			t.Header, t.Events, t.Complete = runtime.TapeHeader{Version: t.Header.Version}, nil, false
		}, []string{"requests and their replies only"}},
		"this one": {func(*runtime.Tape) {}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			tape := decodeTape(t, r, x.ID)
			c.change(tape)
			again := *x
			again.ID, again.Number, again.Status, again.CompletedAt = "", 0, ratchet.StatusRunning, time.Time{}
			if err := r.store.InsertExecution(t.Context(), &again); err != nil {
				t.Fatal(err)
			}
			again.Status, again.CompletedAt, again.Recorded = x.Status, x.CompletedAt, true
			if err := r.store.FinishExecution(t.Context(), &again, storage.Finish{Tape: runtime.EncodeTape(tape, 0)}); err != nil {
				t.Fatal(err)
			}
			p, err := r.Replay(t.Context(), executor.ReplayRequest{Execution: again.ID})
			if err != nil || len(p.Notes) != len(c.want) {
				t.Fatalf("%q %v", p.Notes, err)
			}
			for i, want := range c.want {
				if !strings.Contains(p.Notes[i], want) {
					t.Errorf("%q does not say %q", p.Notes[i], want)
				}
			}
		})
	}
}

func TestReplay_refuses(t *testing.T) {
	r := newRig(t, nil)
	r.task(t, forever, nil)
	ctx := context.Background()
	x := &ratchet.Execution{TaskID: "x", TaskName: "t", TaskVersion: "1.0.0", Status: ratchet.StatusCompleted, Origin: ratchet.OriginExternal}
	if err := r.store.StoreExecution(ctx, x); err != nil {
		t.Fatal(err)
	}
	h := startForever(t, r)
	for ref, want := range map[string]ratchet.Code{
		"99": ratchet.CodeNotFound, x.ID: ratchet.CodeConflict, h.ID: ratchet.CodeConflict,
	} {
		if _, err := r.Replay(ctx, executor.ReplayRequest{Execution: ref}); ratchet.CodeOf(err) != want {
			t.Errorf("%s: %v", ref, err)
		}
	}
	if _, err := r.Cancel(ctx, h.ID, "", true); err != nil {
		t.Fatal(err)
	}
}

// TestReplay_secrets shows that no form of a secret is on the tape.
func TestReplay_secrets(t *testing.T) {
	r, _, x := recordOne(t, false)
	tape, err := r.store.Tape(context.Background(), x.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{"s3cr3t", `\"value\"`} {
		if bytes.Contains(tape, []byte(form)) {
			t.Errorf("the tape holds %s", form)
		}
	}
	if !bytes.Contains(tape, []byte("TOKEN")) {
		t.Error("the tape does not name the secret")
	}
}

func TestFork(t *testing.T) {
	r, w, x := recordOne(t, false)
	ctx := context.Background()
	tape := decodeTape(t, r, x.ID)
	var recorded struct{ Hits []int } // the first two are asked at once: they arrive in any order
	if err := json.Unmarshal(x.Output, &recorded); err != nil {
		t.Fatal(err)
	}
	list := func(hits []int) string { data, _ := json.Marshal(hits); return `"hits":` + string(data) }
	same, patched := list(recorded.Hits), list(append([]int{77}, recorded.Hits[1:]...))
	at := 0
	for i, e := range tape.Events {
		if e.Kind == runtime.TapeTimer {
			at = i + 1
		}
	}
	for _, c := range []struct {
		name string
		req  executor.ForkRequest
		hits int64 // requests that reached the world
		want string
	}{
		{"from the start", executor.ForkRequest{}, 3, `"hits":[`},
		{"after the first two", executor.ForkRequest{AtStep: at}, 1, strings.TrimSuffix(same, "3]") + "7]"},
		{"nothing live", executor.ForkRequest{AtStep: len(tape.Events) + 1}, 0, same},
		{"mocked", executor.ForkRequest{AtStep: at, Mocked: true}, 0, same},
		{"patched", executor.ForkRequest{AtStep: at, Mocked: true, Patches: []executor.Patch{{doneOf(tape, 1), json.RawMessage(`{"hit":77}`)}}}, 0, patched},
		{"other code", executor.ForkRequest{AtStep: at, Code: strings.Replace(recordedTask, "'/c'", "'/d'", 1)}, 1, `"auth":"Bearer [REDACTED]"`},
	} {
		before := w.hits.Load()
		c.req.Execution = x.ID
		h, err := r.Fork(ctx, c.req)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		f, err := h.Wait(ctx, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		stored, err := r.store.Execution(ctx, f.ID)
		if err != nil || stored.ForkedFrom != x.ID || stored.Origin != ratchet.OriginFork {
			t.Errorf("%s: %+v %v", c.name, stored, err)
		}
		if f.Error != nil || w.hits.Load()-before != c.hits || !strings.Contains(string(f.Output), c.want) {
			t.Errorf("%s: %d requests, %s %+v", c.name, w.hits.Load()-before, f.Output, f.Error)
		}
		p, err := r.Replay(ctx, executor.ReplayRequest{Execution: f.ID, Code: c.req.Code})
		if err != nil || !p.Identical {
			t.Errorf("%s: replay of the fork: %s %s %+v %v", c.name, p.Different, p.Output, p.Followed, err)
		}
	}
	for _, bad := range []executor.ForkRequest{
		{AtStep: -1},
		{AtStep: len(tape.Events) + 2},
		{AtStep: 2, Patches: []executor.Patch{{5, json.RawMessage(`1`)}}},
		{AtStep: at, Patches: []executor.Patch{{1, json.RawMessage(`"noon"`)}}},
	} {
		bad.Execution = x.ID
		if _, err := r.Fork(ctx, bad); ratchet.CodeOf(err) != ratchet.CodeInvalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// doneOf is the seq of the event that delivered call n.
func doneOf(tape *runtime.Tape, n int64) int {
	for i, e := range tape.Events {
		if e.Kind == runtime.TapeDone && e.ID == n {
			return i + 1
		}
	}
	return 0
}

func decodeTape(t *testing.T, r rig, id string) *runtime.Tape {
	t.Helper()
	raw, err := r.store.Tape(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	tape, err := runtime.DecodeTape(raw)
	if err != nil {
		t.Fatal(err)
	}
	return tape
}

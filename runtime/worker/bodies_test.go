package worker

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"ratchet/runtime"
	"ratchet/spool"
)

// bodyHost answers every fetch with a body of size bytes.
type bodyHost struct{ size int }

func (h bodyHost) Call(context.Context, runtime.HostCall) (runtime.HostReply, error) {
	return runtime.HostReply{Fetch: &runtime.FetchResponse{
		Status: 200, URL: "http://h/", Header: [][2]string{{"content-type", "text/plain"}}, Body: make([]byte, h.size),
	}}, nil
}

// A response that the script has dropped does not count as memory of the run,
// however it was read.
func TestPool_droppedResponses(t *testing.T) {
	pool := newPool(t, Config{Workers: 1, Warm: 1})
	programs := map[string]string{
		"unread":     `async () => { for (let i = 0; i < 80; i++) await fetch("http://h/" + i); return "done" }`,
		"text":       `async () => { let n = 0; for (let i = 0; i < 80; i++) n += (await (await fetch("http://h/")).text()).length; return "done" }`,
		"body":       `async () => { let n = 0; for (let i = 0; i < 80; i++) n += (await fetch("http://h/")).body.length; return "done" }`,
		"in place":   `() => { let n = 0; for (let i = 0; i < 80; i++) n += fetch("http://h/").body.length; return "done" }`,
		"bytes":      `async () => { let n = 0; for (let i = 0; i < 80; i++) n += (await (await fetch("http://h/")).bytes()).length; return "done" }`,
		"promises":   `() => { let p = Promise.resolve(); for (let i = 0; i < 80; i++) p = p.then(() => fetch("http://h/")).then((r) => r.status); return p.then(() => "done") }`,
		"all":        `async () => { await Promise.all(Array.from({length: 80}, (_, i) => fetch("http://h/").then((r) => r.status))); return "done" }`,
		"signal":     `async () => { const c = new AbortController(); for (let i = 0; i < 80; i++) await fetch("http://h/", {signal: c.signal}); return "done" }`,
		"and upload": `async () => { for (let i = 0; i < 80; i++) await fetch("http://h/", {method: "POST", body: new Uint8Array(1 << 20)}); return "done" }`,
	}
	for name, code := range programs {
		t.Run(name, func(t *testing.T) {
			j := job("export default " + code)
			j.Limits.Memory = 40 << 20
			out, err := pool.Run(t.Context(), j, runtime.Hooks{Host: bodyHost{1 << 20}})
			if err != nil || out.Err != nil || string(out.Output) != `"done"` {
				t.Errorf("%s %+v %v", out.Output, out.Err, err)
			}
		})
	}
}

// echoBodies answers with the body it was sent, from where it is kept.
type echoBodies struct {
	account *spool.Account
	largest int64 // that was in memory
}

func (h *echoBodies) Call(_ context.Context, c runtime.HostCall) (runtime.HostReply, error) {
	h.largest = max(h.largest, int64(len(c.Fetch.Body)))
	body, spooled, err := h.account.Keep(c.Fetch.BodyReader())
	return runtime.HostReply{Fetch: &runtime.FetchResponse{Status: 200, URL: c.Fetch.URL, Body: body, Spooled: spooled}}, err
}

// Bodies of every size cross the pipe both ways, and large ones are never in
// memory on this side of it.
func TestPool_spooledBodies(t *testing.T) {
	pool := newPool(t, Config{Workers: 1, Warm: 1})
	store := spool.Open(t.TempDir(), spool.Limits{})
	defer store.Close()
	account := store.Account()
	defer account.Close()
	host := &echoBodies{account: account}
	out, err := pool.Run(t.Context(), job(`export default async () => {
		const sizes = [0, 1, 16384, 16385, 65535, 65536, 262144, 262145, 1000003, 5000001];
		for (const size of sizes) {
			const sent = new Uint8Array(size);
			for (let i = 0; i < size; i += 997) sent[i] = i;
			const r = await fetch("http://h/", {method: "POST", body: sent, headers: {"x-long": "h".repeat(60000)}});
			const got = await r.bytes();
			if (got.length !== size || got.some((b, i) => b !== sent[i])) return size;
		}
		return "same";
	}`), runtime.Hooks{Host: host, Bodies: account})
	if err != nil || out.Err != nil || string(out.Output) != `"same"` {
		t.Errorf("%s %+v %v", out.Output, out.Err, err)
	}
	if host.largest > keepBuffer {
		t.Errorf("%d bytes were in memory", host.largest)
	}
	if u := store.Usage(); u != (spool.Usage{}) {
		t.Errorf("still held: %+v", u)
	}
}

// What is too large is the script's error, and the run goes on.
func TestPool_refusedBodies(t *testing.T) {
	pool := newPool(t, Config{Workers: 1, Warm: 1})
	store := spool.Open(t.TempDir(), spool.Limits{Run: 1 << 20})
	defer store.Close()
	account := store.Account()
	defer account.Close()
	out, err := pool.Run(t.Context(), job(`export default async () => {
		const tries = [
			() => fetch("http://h/", {method: "POST", body: new Uint8Array(2 << 20)}),
			() => fetch("http://h/?" + "q".repeat(300000)),
			() => fetch("http://h/", {headers: {a: "b".repeat(300000)}}),
			() => fetch("http://h/").then((r) => r.status),
		];
		const out = [];
		for (const f of tries) out.push(await f().catch((e) => e.name + " " + e.code + ": " + e.message));
		return out;
	}`), runtime.Hooks{Host: &echoBodies{account: account}, Bodies: account})
	if err != nil || out.Err != nil {
		t.Fatalf("%+v %v", out.Err, err)
	}
	for _, want := range []string{"DataError body_budget", "http.max_run_body_bytes", "DataError too_large: the request", "200]"} {
		if !strings.Contains(string(out.Output), want) {
			t.Errorf("%q is not in %s", want, out.Output)
		}
	}
	if u := store.Usage(); u != (spool.Usage{}) {
		t.Errorf("still held: %+v", u)
	}
}

// A body that breaks off is not taken for a short one.
func TestProcess_cutBody(t *testing.T) {
	store := spool.Open(t.TempDir(), spool.Limits{})
	defer store.Close()
	account := store.Account()
	defer account.Close()
	var sent bytes.Buffer
	s := sender{w: &sent}
	call := runtime.HostCall{Seq: 1, Kind: runtime.CallFetch, Fetch: &runtime.FetchRequest{Method: "POST", URL: "u", Body: make([]byte, 1<<20)}}
	if err := s.call(&call); err != nil {
		t.Fatal(err)
	}
	for _, cut := range []int{sent.Len(), sent.Len() - 1, 700_000, 70_000, 6} {
		p := &process{frames: newFrameReader(bytes.NewReader(sent.Bytes()[:cut]))}
		_, size, err := p.frames.begin()
		if err != nil {
			t.Fatal(err)
		}
		got, refused, err := p.readCall(size, account)
		if whole := cut == sent.Len(); (err == nil) != whole || refused != nil || whole && got.Fetch.BodySize() != 1<<20 {
			t.Errorf("cut at %d: %v %v", cut, refused, err)
		}
	}
}

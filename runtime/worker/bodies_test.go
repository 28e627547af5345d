package worker

import (
	"context"
	"testing"

	"ratchet/runtime"
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

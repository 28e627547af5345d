package executor

import (
	"context"
	"sync"

	"ratchet/runtime"
	"ratchet/spool"
)

// maskingDoor lets the recorder see masked calls and replies while script and
// world exchange the real ones: secrets are never on a tape.
type maskingDoor struct {
	masker   *masker
	world    runtime.Host
	recorder *runtime.Recorder
	bodies   *spool.Account

	mu      sync.Mutex
	calls   map[int64]runtime.HostCall  // real, by Seq
	replies map[int64]runtime.HostReply // real, by Seq
}

// Call is the script's side.
func (d *maskingDoor) Call(ctx context.Context, call runtime.HostCall) (runtime.HostReply, error) {
	d.mu.Lock()
	d.calls[call.Seq] = call
	d.mu.Unlock()
	masked := call
	if call.Fetch != nil {
		f := *call.Fetch
		f.URL, f.Header = d.masker.text(f.URL), d.header(f.Header)
		f.IdempotencyKey = d.masker.text(f.IdempotencyKey)
		f.Body, f.Spooled = d.body(f.Body, f.Spooled)
		defer f.Spooled.Release()
		masked.Fetch = &f
	}
	reply, err := d.recorder.Call(ctx, masked)
	if reply.Fetch != nil {
		reply.Fetch.Spooled.Release() // the masked one
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.calls, call.Seq)
	if real, ok := d.replies[call.Seq]; ok {
		delete(d.replies, call.Seq)
		reply = real
	}
	return reply, err
}

// maskedWorld is the world as the recorder sees it.
type maskedWorld struct{ d *maskingDoor }

// Call is the world's side.
func (w maskedWorld) Call(ctx context.Context, masked runtime.HostCall) (runtime.HostReply, error) {
	d := w.d
	d.mu.Lock()
	call := d.calls[masked.Seq]
	d.mu.Unlock()
	reply, err := d.world.Call(ctx, call)
	if err == nil {
		d.mu.Lock()
		d.replies[masked.Seq] = reply
		d.mu.Unlock()
	}
	if reply.Fetch != nil {
		f := *reply.Fetch
		f.URL, f.Header = d.masker.text(f.URL), d.header(f.Header)
		f.Body, f.Spooled = d.body(f.Body, f.Spooled)
		reply.Fetch = &f
	}
	if reply.Error != nil {
		reply.Error = &runtime.CallError{
			Class: reply.Error.Class, Message: d.masker.text(reply.Error.Message), Code: reply.Error.Code,
		}
	}
	return reply, err
}

func (d *maskingDoor) header(pairs [][2]string) [][2]string {
	out := make([][2]string, len(pairs))
	for i, p := range pairs {
		out[i] = [2]string{d.masker.text(p[0]), d.masker.text(p[1])}
	}
	return out
}

// body is a body without secrets. The caller releases what is not in memory.
// When there is no room for it the recorder leaves the call out.
func (d *maskingDoor) body(b []byte, spooled *spool.Body) ([]byte, *spool.Body) {
	if spooled == nil {
		return []byte(d.masker.text(string(b))), nil
	}
	small, large, err := d.bodies.Keep(d.masker.reader(spooled.Reader()))
	if err != nil {
		return nil, d.bodies.Lost()
	}
	return small, large
}

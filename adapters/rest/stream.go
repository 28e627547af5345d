package rest

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"ratchet"
)

// feed is what a stream shows.
type feed struct {
	after int64 // sequence number behind which to begin; -1 = with what happens from now on
	match func(*ratchet.Event) bool
	first func() (shown []frame, last bool, err error) // what is shown before any event; nil = nothing
	show  func(ratchet.Event) (shown []frame, last bool)
}

// stream sends events until the client leaves, the feed ends or the handler
// is closed. A reader who is too slow loses the oldest events and learns how many.
func (h *Handler) stream(x *requestContext, f *feed) error {
	bus := h.cfg.Deps.Bus
	if bus == nil {
		return ratchet.Errorf(ratchet.CodeUnavailable, "this server has no live events")
	}
	h.streams.Add(1)
	defer h.streams.Done()
	if h.ctx.Err() != nil {
		return ratchet.Errorf(ratchet.CodeUnavailable, "the server is stopping")
	}
	sub := h.subscribe(bus, h.cfg.Principal(x.r), f)
	var before []frame
	over := false
	if f.first != nil {
		var err error
		if before, over, err = f.first(); err != nil {
			sub.Close()
			return err
		}
	}
	head := x.header()
	head.Set("Content-Type", "text/event-stream")
	head.Set("Cache-Control", "no-store")
	head.Set("X-Accel-Buffering", "no")
	s := &sender{out: &answering{x.w, http.NewResponseController(x.w), x.r}, wait: h.cfg.Write}
	x.w.WriteHeader(http.StatusOK)
	s.buf = append(s.buf, ": open\n\n"...)
	s.frames(before)
	if over {
		s.last()
	}
	if s.flush() != nil || over {
		sub.Close()
		return nil
	}
	h.streamEvents(x, f, sub, s)
	return nil
}

// streamEvents sends what comes until the end of the stream: on a goroutine of its
// own where the connection can be taken over, else before it returns.
func (h *Handler) streamEvents(x *requestContext, f *feed, sub *ratchet.Subscription, s *sender) {
	p := h.cfg.Principal(x.r)
	// The request's own context would keep all that its callers put there.
	line, ok := takeOver(x.w, x.r, func(n int64) { h.cfg.Sent(h.ctx, p, n) })
	if !ok {
		defer sub.Close()
		h.sendEvents(f, sub, s)
		return
	}
	s.out, f.first = line, nil
	x.r, x.w = x.r.WithContext(context.WithoutCancel(x.r.Context())), nil // the context ends with the handler
	id := x.id
	h.streams.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				h.log.Error("panic in a stream", "request_id", id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			}
		}()
		defer sub.Close()
		defer line.end()
		h.sendEvents(f, sub, s)
	})
}

// subscribe hears what the feed shows and the caller may know of.
func (h *Handler) subscribe(bus *ratchet.Bus, p ratchet.Principal, f *feed) *ratchet.Subscription {
	hears, shown := h.cfg.Registry.Hears(p), f.match
	f.match = func(e *ratchet.Event) bool { return shown(e) && hears(e) }
	if f.after < 0 {
		return bus.Subscribe(h.cfg.Unread, f.match)
	}
	return bus.SubscribeFrom(f.after, h.cfg.Unread, f.match)
}

// sendEvents sends what comes.
func (h *Handler) sendEvents(f *feed, sub *ratchet.Subscription, s *sender) {
	beat := time.NewTicker(h.cfg.Heartbeat)
	defer beat.Stop()
	for {
		last := false
		select {
		case <-s.out.left():
			return
		case <-h.ctx.Done():
			s.last()
			last = true
		case <-beat.C:
			s.buf = append(s.buf, ": beat\n\n"...)
		case <-sub.Ready():
			events, dropped := sub.Take()
			if dropped > 0 {
				s.frames([]frame{{kind: "dropped", data: fmt.Appendf(nil, `{"dropped":%d}`, dropped)}})
			}
			for _, e := range events {
				shown, end := f.show(e)
				s.frames(shown)
				if end {
					s.last()
					last = true
					break
				}
			}
		}
		if s.flush() != nil || last {
			return
		}
	}
}

// sender writes frames to one client.
type sender struct {
	out  streamWriter
	wait time.Duration
	buf  []byte
}

func (s *sender) frames(list []frame) {
	for _, f := range list {
		s.buf = f.text(s.buf)
	}
}

// last tells the client that nothing more comes.
func (s *sender) last() { s.buf = append(s.buf, "event: end\ndata: {}\n\n"...) }

// flush sends what was written. An idle stream keeps no buffer.
func (s *sender) flush() error {
	if len(s.buf) == 0 {
		return nil
	}
	p := s.buf
	s.buf = nil
	return s.out.send(p, s.wait)
}

package rest

import (
	"fmt"
	"net/http"
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
// is closed. A reader who is too slow loses the oldest events and is told how many.
func (h *Handler) stream(x *exchange, f *feed) error {
	bus := h.cfg.Deps.Bus
	if bus == nil {
		return ratchet.Errorf(ratchet.CodeUnavailable, "this server has no live events")
	}
	h.streams.Add(1)
	defer h.streams.Done()
	if h.ctx.Err() != nil {
		return ratchet.Errorf(ratchet.CodeUnavailable, "the server is stopping")
	}
	sub := h.subscribe(bus, f)
	defer sub.Close()
	var before []frame
	over := false
	if f.first != nil {
		var err error
		if before, over, err = f.first(); err != nil {
			return err
		}
	}
	head := x.header()
	head.Set("Content-Type", "text/event-stream")
	head.Set("Cache-Control", "no-store")
	head.Set("X-Accel-Buffering", "no")
	s := &sender{w: x.w, out: http.NewResponseController(x.w), wait: h.cfg.Write}
	x.w.WriteHeader(http.StatusOK)
	s.buf = append(s.buf, ": open\n\n"...)
	s.frames(before)
	if over {
		s.end()
	}
	if s.flush() != nil || over {
		return nil
	}
	h.pump(x, f, sub, s)
	return nil
}

func (h *Handler) subscribe(bus *ratchet.Bus, f *feed) *ratchet.Subscription {
	if f.after < 0 {
		return bus.Subscribe(h.cfg.Unread, f.match)
	}
	return bus.SubscribeFrom(f.after, h.cfg.Unread, f.match)
}

// pump sends what comes.
func (h *Handler) pump(x *exchange, f *feed, sub *ratchet.Subscription, s *sender) {
	beat := time.NewTicker(h.cfg.Heartbeat)
	defer beat.Stop()
	for {
		last := false
		select {
		case <-x.r.Context().Done():
			return
		case <-h.ctx.Done():
			s.end()
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
					s.end()
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
	w    http.ResponseWriter
	out  *http.ResponseController
	wait time.Duration
	buf  []byte
}

func (s *sender) frames(list []frame) {
	for _, f := range list {
		s.buf = f.text(s.buf)
	}
}

// end tells the client that nothing more comes.
func (s *sender) end() { s.buf = append(s.buf, "event: end\ndata: {}\n\n"...) }

// flush sends what was written.
func (s *sender) flush() error {
	if len(s.buf) == 0 {
		return nil
	}
	_ = s.out.SetWriteDeadline(time.Now().Add(s.wait)) // recorders in tests have none
	_, err := s.w.Write(s.buf)
	if cap(s.buf) > 4096 {
		s.buf = nil // an idle stream keeps little
	}
	s.buf = s.buf[:0]
	if err != nil {
		return err
	}
	return s.out.Flush()
}

package limit

import (
	"context"
	"sync"

	"ratchet"
)

// Streams bounds what stays open: WebSockets, server-sent events and MCP
// sessions alike, of each caller and in total. It is safe for concurrent use.
type Streams struct {
	perCaller, total int

	mu   sync.Mutex
	open map[*Place]struct{}
	held map[string]int // by caller
}

// Place is that of one stream. Who has it leaves once; leaving twice is
// harmless.
type Place struct {
	all    *Streams
	caller string            // guarded by all.mu
	who    ratchet.Principal // guarded by all.mu
	end    func()            // guarded by all.mu
}

// NewStreams returns one with these bounds.
func NewStreams(perCaller, total int) *Streams {
	return &Streams{perCaller: perCaller, total: total, open: map[*Place]struct{}{}, held: map[string]int{}}
}

// Enter takes a place for a stream of who comes from an address, or refuses it
// with when to come back. End ends the stream from outside; it must not block.
func (s *Streams) Enter(who ratchet.Principal, address string, end func()) (*Place, error) {
	caller := countedAs(who, address)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.open) >= s.total {
		return nil, ratchet.Errorf(ratchet.CodeUnavailable, "%d streams are open on the server, and no more are taken", s.total).
			With(ratchet.FieldRetryAfter, int64(5000)).WithHint("try again later, or raise server.max_streams")
	}
	if s.held[caller] >= s.perCaller {
		return nil, s.tooMany()
	}
	p := &Place{all: s, caller: caller, who: who, end: end}
	s.open[p] = struct{}{}
	s.held[caller]++
	return p, nil
}

func (s *Streams) tooMany() error {
	return ratchet.Errorf(ratchet.CodeRateLimited, "%d streams of this caller are open, and no more are taken", s.perCaller).
		With(ratchet.FieldRetryAfter, int64(1000)).WithHint("close one of them, or raise server.max_streams_per_caller")
}

// countedAs returns who streams are counted for: the address where callers need not
// say, or has not said, who they are.
func countedAs(who ratchet.Principal, address string) string {
	if who.ID == "" {
		return "address " + address
	}
	return who.ID
}

// Move gives the place to another caller: the one who was named after the
// stream was opened.
func (p *Place) Move(who ratchet.Principal) error {
	s, caller := p.all, who.ID
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, open := s.open[p]; !open || p.caller == caller {
		return nil
	}
	if s.held[caller] >= s.perCaller {
		return s.tooMany()
	}
	s.release(p.caller)
	s.held[caller]++
	p.caller, p.who = caller, who
	return nil
}

// EndBy replaces what ends the stream from outside.
func (p *Place) EndBy(end func()) {
	p.all.mu.Lock()
	defer p.all.mu.Unlock()
	p.end = end
}

// Leave gives the place back.
func (p *Place) Leave() {
	s := p.all
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, open := s.open[p]; open {
		delete(s.open, p)
		s.release(p.caller)
	}
}

// release takes one stream of a caller off. The lock is held.
func (s *Streams) release(caller string) {
	if s.held[caller]--; s.held[caller] == 0 {
		delete(s.held, caller)
	}
}

// Recheck ends the streams of callers who are no longer what they were when they
// came.
func (s *Streams) Recheck(holds func(ratchet.Principal) bool) {
	type stream struct {
		who ratchet.Principal
		end func()
	}
	s.mu.Lock()
	list := make([]stream, 0, len(s.open))
	for p := range s.open {
		list = append(list, stream{p.who, p.end})
	}
	s.mu.Unlock()
	for _, one := range list {
		if !holds(one.who) {
			one.end()
		}
	}
}

// Open is how many there are.
func (s *Streams) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open)
}

type placeKey struct{}

// WithPlace returns a context that carries a place.
func WithPlace(ctx context.Context, p *Place) context.Context {
	return context.WithValue(ctx, placeKey{}, p)
}

// PlaceFrom is the place of a context; nil = none.
func PlaceFrom(ctx context.Context) *Place {
	p, _ := ctx.Value(placeKey{}).(*Place)
	return p
}

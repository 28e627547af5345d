package server

import (
	"net/http"
	"sync"

	"ratchet"
)

// lazy makes a surface when its first request comes: stdio servers never need
// the one for browsers, and every server starts faster.
type lazy[T http.Handler] struct {
	make func() (T, error)

	mu    sync.Mutex
	made  bool
	value T
	err   error
}

// get returns the surface, making it at the first call.
func (l *lazy[T]) get() (T, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.made {
		l.made = true
		l.value, l.err = l.make()
	}
	return l.value, l.err
}

// close calls end with the surface, if it was made.
func (l *lazy[T]) close(end func(T)) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.made && l.err == nil {
		end(l.value)
	}
}

// serve answers with what pick takes of the surface.
func serveLazy[T http.Handler](s *Server, l *lazy[T], pick func(T) http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		value, err := l.get()
		if err != nil {
			s.access.Error("a surface cannot be made", "path", r.URL.Path, "error", err)
			s.deny(w, r, ratchet.AsError(err))
			return
		}
		pick(value).ServeHTTP(w, r)
	})
}

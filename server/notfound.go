package server

import (
	"net/http"
	"strings"

	"ratchet"
)

// withNotFound serves mux, and answers unmatched routes in our own form.
func (s *Server) withNotFound(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		plain, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		said := answerOf(plain, r)
		if allow := said.Header().Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
			s.deny(w, r, ratchet.Errorf(ratchet.CodeMethodNotAllowed, "%s is not allowed here", ratchet.Clip(r.Method, 100)).
				With(ratchet.FieldAllowed, strings.Split(allow, ", ")).WithHint("use one of %s", allow))
			return
		}
		s.deny(w, r, ratchet.Errorf(ratchet.CodeNotFound, "there is nothing at this path").
			WithHint("GET / lists the endpoints, /docs the routes of the API"))
	})
}

// discarded is an answer whose body is not read.
type discarded struct {
	header http.Header
}

func (v discarded) Header() http.Header         { return v.header }
func (v discarded) Write(p []byte) (int, error) { return len(p), nil }
func (v discarded) WriteHeader(int)             {}

// answerOf is what the library's own handler would say.
func answerOf(h http.Handler, r *http.Request) discarded {
	v := discarded{http.Header{}}
	h.ServeHTTP(v, r)
	return v
}

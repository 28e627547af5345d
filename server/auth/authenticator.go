package auth

import (
	"context"
	"net"
	"net/http"

	"ratchet"
)

// Config says how to authenticate. The zero value is an open server: whoever
// reaches it is the machine's owner.
type Config struct{}

// Credentials are what a request brings to say who sends it.
type Credentials struct {
	APIKey  string // of X-API-Key, Authorization: ApiKey or Bearer rk_…
	Bearer  string // of Authorization: Bearer
	Session string // of the session cookie
	IP      string // address of the client
}

// Authenticator checks credentials. It is safe for concurrent use.
type Authenticator struct{}

// New returns an Authenticator.
func New(Config) (*Authenticator, error) { return &Authenticator{}, nil }

// Authenticate says who brings c.
func (a *Authenticator) Authenticate(_ context.Context, c Credentials) (ratchet.Principal, error) {
	p := ratchet.Local()
	p.IP = c.IP
	return p, nil
}

// Wrap puts the principal of each request into its context, or refuses the
// request.
func (a *Authenticator) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			host = r.RemoteAddr
		}
		p, err := a.Authenticate(r.Context(), Credentials{IP: host})
		if err != nil {
			http.Error(w, err.Error(), ratchet.CodeOf(err).HTTPStatus())
			return
		}
		next.ServeHTTP(w, r.WithContext(WithPrincipal(r.Context(), p)))
	})
}

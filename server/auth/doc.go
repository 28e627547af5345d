// Package auth says who sends a request: it reads API keys, bearer tokens and
// session cookies, checks them and puts the principal into the request's
// context. What a principal may do is decided elsewhere (registry.Permit).
//
//	authenticator, err := auth.New(auth.Config{…})
//	handler := authenticator.Wrap(mux)
//	// in a handler:
//	principal, ok := auth.FromContext(r.Context())
//
// It must not import any surface or the server.
package auth

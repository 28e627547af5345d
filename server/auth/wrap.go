package auth

import (
	"net"
	"net/http"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/reply"
)

// Wrap puts the principal of each request into its context, for FromContext
// and, as the Identity of a registry.Caller, for registry.CallerFrom. It refuses
// wrong credentials, and missing ones where the request is not public.
func (a *Authenticator) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		public := a.cfg.Public(r)
		id, err := a.identify(r.Context(), a.fromRequest(r))
		if err == nil && id.cookie && !safe(r.Method) && !public {
			err = a.checkCSRF(r)
		}
		if err == nil && id.principal.Role == ratchet.RoleAnonymous && !public {
			err = ratchet.Errorf(ratchet.CodeUnauthenticated, "authentication required").
				WithHint("send an API key in X-API-Key, or log in at POST /api/v1/auth/login")
		}
		if err != nil && !public {
			a.Challenge(w, r, err)
			a.cfg.Refuse(w, r, err)
			return
		}
		if err != nil {
			id = identity{principal: ratchet.Principal{Role: ratchet.RoleAnonymous, Via: "none", IP: id.principal.IP}}
		}
		ctx := withIdentity(r.Context(), &id)
		ctx = registry.WithCaller(ctx, registry.Caller{Principal: id.principal.ID, Identity: id.principal})
		next.ServeHTTP(w, a.withoutKey(r.WithContext(ctx)))
	})
}

// withoutKey is r without the key in its address, where keys may be there: it
// has done its work, and is neither an argument nor for links in answers.
func (a *Authenticator) withoutKey(r *http.Request) *http.Request {
	if !a.cfg.AllowQueryKey || r.URL.RawQuery == "" {
		return r
	}
	query := r.URL.Query()
	if !query.Has(queryKey) {
		return r
	}
	query.Del(queryKey)
	address := *r.URL
	address.RawQuery = query.Encode()
	r.URL = &address // r is a copy already
	return r
}

// Challenge adds the header that tells a client how to authenticate, when err
// says that it must.
func (a *Authenticator) Challenge(w http.ResponseWriter, r *http.Request, err error) {
	if ratchet.CodeOf(err) != ratchet.CodeUnauthenticated {
		return
	}
	value := `Bearer realm="ratchet"`
	if !a.fromRequest(r).none() {
		value += `, error="invalid_token"`
	}
	if a.issuer != nil {
		value += `, resource_metadata="` + a.base(r) + metadataPath + `"`
	}
	w.Header().Add("WWW-Authenticate", value)
}

// safe says whether a method changes nothing.
func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// remoteIP is the address of the other end of the connection.
func remoteIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// secure says whether browsers reach the server by TLS.
func (a *Authenticator) secure(r *http.Request) bool {
	return r.TLS != nil || len(a.cfg.ResourceURL) > 8 && a.cfg.ResourceURL[:8] == "https://"
}

// refuse answers with an error.
func refuse(w http.ResponseWriter, r *http.Request, err error) { reply.Error(w, r, time.Now(), err) }

package auth

import (
	"encoding/json"
	"net"
	"net/http"
	"time"

	"ratchet"
	"ratchet/mask"
	"ratchet/tools"
)

// Wrap puts the principal of each request into its context, for FromContext
// and, as the Identity of a tools.Caller, for tools.CallerFrom. It refuses
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
		ctx = tools.WithCaller(ctx, tools.Caller{Principal: id.principal.ID, Identity: id.principal})
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

// Challenge adds the header that tells a client how to say who it is, when err
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

// problem is the body of an error.
type problem struct {
	Error struct {
		Code        string   `json:"code"`
		Message     string   `json:"message"`
		Status      int      `json:"status"`
		RequestID   string   `json:"requestId"`
		Timestamp   string   `json:"timestamp"`
		Path        string   `json:"path"`
		Details     []detail `json:"details"`
		Suggestions []string `json:"suggestions"`
	} `json:"error"`
	StatusCode int    `json:"statusCode"`
	Message    string `json:"message"`
}

type detail struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// writeProblem answers with an error in the form of the REST surface.
func writeProblem(w http.ResponseWriter, r *http.Request, err error) {
	e := ratchet.AsError(err)
	var p problem
	p.Error.Code, p.Error.Message, p.Error.Status = e.Code.Wire(), e.Message, e.Code.HTTPStatus()
	p.Error.RequestID, p.Error.Timestamp, p.Error.Path = r.Header.Get("X-Request-Id"), stamp(time.Now()), mask.Secrets(r.URL.Path)
	p.Error.Details, p.Error.Suggestions = []detail{}, []string{}
	if at, ok := e.Fields[ratchet.FieldPointer].(string); ok {
		p.Error.Details = append(p.Error.Details, detail{at, e.Code.Wire(), e.Message})
	}
	if e.Hint != "" {
		p.Error.Suggestions = append(p.Error.Suggestions, e.Hint)
	}
	p.StatusCode, p.Message = p.Error.Status, e.Message
	if ms, ok := e.Fields[ratchet.FieldRetryAfter].(int64); ok {
		w.Header().Set("Retry-After", seconds(time.Duration(ms)*time.Millisecond))
	}
	respond(w, p.StatusCode, p)
}

// respond writes v as JSON with Cache-Control: no-store.
func respond(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client went away: nobody to tell
}

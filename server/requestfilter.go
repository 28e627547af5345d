package server

import (
	"net"
	"net/http"
	"net/netip"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"ratchet"
	"ratchet/server/config"
)

// requestFilter checks requests before anything else sees them. It is made once and
// does not change.
type requestFilter struct {
	hosts       []string // names beside loopback; nil = see anyHost
	anyHost     bool     // the server is on a network and has no names
	origins     map[string]bool
	writers     map[string]bool // of origins, those that need no login to write
	anyOrigin   bool
	credentials bool
	maxAge      string
	proxies     []netip.Prefix
	fixed       http.Header // of every answer
	hsts        []string
	cors        http.Header // of answers to pages that may call
	limits      bodyLimits
}

func newRequestFilter(cfg config.Config) *requestFilter {
	h := &requestFilter{
		hosts: cfg.Server.AllowedHosts, anyHost: len(cfg.Server.AllowedHosts) == 0 && !config.Loopback(cfg.Server.BindAddress),
		origins: map[string]bool{}, writers: map[string]bool{}, credentials: cfg.Server.CORS.AllowCredentials,
		maxAge: strconv.Itoa(int(cfg.Server.CORS.MaxAge.Seconds())),
		limits: bodyLimits{
			mcp: cfg.MCP.Endpoint, mcpSize: int64(cfg.MCP.MaxMessageSize), size: int64(cfg.Server.MaxBodySize), timeout: cfg.Server.BodyTimeout,
		},
	}
	for _, origin := range cfg.Server.CORS.AllowedOrigins {
		h.origins[strings.ToLower(origin)] = true
		h.anyOrigin = h.anyOrigin || origin == "*"
	}
	for _, origin := range cfg.Server.CORS.WriteOrigins {
		h.origins[strings.ToLower(origin)], h.writers[strings.ToLower(origin)] = true, true
	}
	for _, network := range cfg.Server.TrustedProxies {
		if p, err := netip.ParsePrefix(network); err == nil { // checked by config
			h.proxies = append(h.proxies, p.Masked())
		}
	}
	production := cfg.Security.Headers == "production"
	referrer := "strict-origin-when-cross-origin"
	h.hsts = []string{"max-age=31536000; includeSubDomains"}
	if production {
		referrer, h.hsts = "no-referrer", []string{"max-age=63072000; includeSubDomains; preload"}
	}
	h.fixed = canonical(map[string]string{
		"X-Content-Type-Options":     "nosniff",
		"X-Frame-Options":            "DENY",
		"Referrer-Policy":            referrer,
		"Permissions-Policy":         "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()",
		"Cross-Origin-Opener-Policy": "same-origin",
		// Pages that need more say so themselves; none has inline scripts.
		"Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
			"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
	})
	h.cors = canonical(map[string]string{
		"Access-Control-Expose-Headers": "X-Request-ID, X-Total-Count, X-Total-Is-Lower-Bound, Content-Range, Link, Location, ETag, Retry-After, " +
			"X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, WWW-Authenticate, Deprecation, Sunset, Mcp-Session-Id",
	})
	return h
}

func canonical(values map[string]string) http.Header {
	out := make(http.Header, len(values))
	for key, value := range values {
		out[textproto.CanonicalMIMEHeaderKey(key)] = []string{value}
	}
	return out
}

// headers sets the security headers. The values are shared: handlers replace
// them, they do not change them in place.
func (f *requestFilter) headers(out http.Header, r *http.Request) {
	for key, value := range f.fixed {
		out[key] = value
	}
	if secure(r) {
		out["Strict-Transport-Security"] = f.hsts
	}
}

// secure says whether the client came by TLS, to us or to our proxy.
func secure(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" // of a trusted proxy: see proxy
}

// admit refuses requests of odd shape and those that a foreign web page
// made: a foreign Host header, or an Origin that is not allowed.
func (f *requestFilter) admit(w http.ResponseWriter, r *http.Request) *ratchet.Error {
	if badPath(r) {
		return ratchet.Errorf(ratchet.CodeInvalid, "the path of the request has parts that no path of this server has").
			WithHint("send a path without .. and control characters")
	}
	if !f.mayName(r.Host) {
		return ratchet.Errorf(ratchet.CodeDenied, "the Host header names another machine").
			WithHint("use http://127.0.0.1 or http://localhost with the server's port, or add the name to server.allowed_hosts")
	}
	if r.ProtoAtLeast(1, 1) && !r.ProtoAtLeast(2, 0) && len(r.TransferEncoding) > 0 {
		w.Header().Set("Connection", "close") // nothing after a chunked body is taken for a request
	}
	origin := r.Header["Origin"]
	switch {
	case len(origin) == 0:
		return nil
	case len(origin) > 1 || !f.mayCall(origin[0], r):
		return ratchet.Errorf(ratchet.CodeDenied, "pages of this origin may not call the server").
			WithHint("add the origin to server.cors.allowed_origins")
	}
	out := w.Header()
	for key, value := range f.cors {
		out[key] = value
	}
	if f.anyOrigin && !f.credentials {
		out.Set("Access-Control-Allow-Origin", "*")
		return nil
	}
	out.Set("Access-Control-Allow-Origin", origin[0])
	out.Add("Vary", "Origin")
	if f.credentials {
		out.Set("Access-Control-Allow-Credentials", "true")
	}
	return nil
}

// badPath reports path-traversal patterns.
func badPath(r *http.Request) bool {
	path := r.URL.Path
	if strings.ContainsAny(path, "\x00\\\r\n") {
		return true
	}
	if !strings.Contains(path, "..") {
		return false
	}
	return slices.Contains(strings.Split(path, "/"), "..")
}

// mayName says whether the Host header may say this: names of other machines
// that lead here are how web pages reach servers on loopback.
func (f *requestFilter) mayName(host string) bool {
	if f.anyHost {
		return host != "" && !strings.ContainsAny(host, "/\\@ ?#")
	}
	if isLoopbackHost(host) {
		return true
	}
	name := strings.ToLower(hostName(host))
	return slices.ContainsFunc(f.hosts, func(allowed string) bool {
		allowed = strings.ToLower(allowed)
		if suffix, ok := strings.CutPrefix(allowed, "*"); ok {
			return len(name) > len(suffix) && strings.HasSuffix(name, suffix)
		}
		return name == strings.Trim(allowed, "[]")
	})
}

// mayCall says whether pages of an origin may call: our own and those of the
// configuration.
func (f *requestFilter) mayCall(origin string, r *http.Request) bool {
	if origin == "null" {
		return false
	}
	return f.anyOrigin || ownOrigin(origin, r) || f.origins[strings.ToLower(origin)]
}

// mayWrite says whether the page that sends r, if one does, needs no login to
// write where others need none.
func (f *requestFilter) mayWrite(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	return origin == "" || ownOrigin(origin, r) || f.writers[strings.ToLower(origin)]
}

// ownOrigin says whether an origin is the server's.
func ownOrigin(origin string, r *http.Request) bool {
	scheme := "http://"
	if secure(r) {
		scheme = "https://"
	}
	return strings.EqualFold(origin, scheme+r.Host)
}

// preflight answers a browser that asks before it calls.
func (f *requestFilter) preflight(w http.ResponseWriter) {
	out := w.Header()
	out.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS")
	out.Set("Access-Control-Allow-Headers", "content-type, authorization, accept, x-requested-with, x-api-key, x-request-id, x-csrf-token, "+
		"idempotency-key, if-match, if-none-match, mcp-session-id, mcp-protocol-version, mcp-method, mcp-name, last-event-id, traceparent, tracestate, baggage")
	out.Set("Access-Control-Max-Age", f.maxAge)
	out.Add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers")
	w.WriteHeader(http.StatusNoContent)
}

// isLoopbackHost says whether a Host header names this machine itself.
func isLoopbackHost(host string) bool {
	name := hostName(host)
	if strings.EqualFold(name, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && addr.IsLoopback()
}

// hostName is a Host header without its port.
func hostName(host string) string {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	return strings.Trim(name, "[]")
}

// proxy makes the request that of the client when a trusted proxy sent it, and
// takes out what others claim about it.
func (f *requestFilter) proxy(r *http.Request) {
	direct, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || !f.trusts(direct) {
		for _, key := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"} {
			delete(r.Header, key)
		}
		return
	}
	if proto := r.Header.Values("X-Forwarded-Proto"); len(proto) != 1 || proto[0] != "https" {
		delete(r.Header, "X-Forwarded-Proto")
	}
	// Each proxy appends who it heard it from: the last that is no proxy of ours is the client.
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		addr, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return // not an address: believe nothing further left
		}
		r.RemoteAddr = net.JoinHostPort(addr.Unmap().String(), "0")
		if !f.trusts(addr.String()) {
			return
		}
	}
}

func (f *requestFilter) trusts(ip string) bool {
	if len(f.proxies) == 0 {
		return false
	}
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return false
	}
	addr = addr.Unmap().WithZone("")
	return slices.ContainsFunc(f.proxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

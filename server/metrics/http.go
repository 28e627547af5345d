package metrics

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"ratchet"
)

// Request counts an answered HTTP request. route is the pattern it matched,
// never its path: paths are without number.
func (m *Metrics) Request(method, route string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	if !knownMethods[method] {
		method = "other"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.reqTime.WithLabelValues(method, route).Observe(took.Seconds())
}

var knownMethods = map[string]bool{
	"GET": true, "HEAD": true, "POST": true, "PUT": true, "PATCH": true, "DELETE": true, "OPTIONS": true,
}

// Handler answers GET /metrics: Prometheus text, or JSON for those who accept
// JSON and not text.
func (m *Metrics) Handler() http.Handler {
	text := m.Text()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		accept := r.Header.Get("Accept")
		if strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/plain") {
			m.JSON().ServeHTTP(w, r)
			return
		}
		text.ServeHTTP(w, r)
	})
}

func (m *Metrics) caller(r *http.Request) ratchet.Principal {
	if m.cfg.Caller == nil {
		return ratchet.Local()
	}
	return m.cfg.Caller(r)
}

// Text answers in the Prometheus text format.
func (m *Metrics) Text() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		promhttp.HandlerFor(m.gatherer(m.caller(r)), promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}).ServeHTTP(w, r)
	})
}

// JSON answers with the same facts in groups.
func (m *Metrics) JSON() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_ = json.NewEncoder(w).Encode(m.Snapshot(m.caller(r))) // the client has gone
	})
}

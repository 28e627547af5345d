package graphql

import (
	"embed"
	"io/fs"
	"net/http"
	"strings"

	"ratchet"
)

//go:embed page
var pageFiles embed.FS

// pagePolicy lets the page run its own script and talk to its own server.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// wantsPage says whether a browser asks to see something, not for an answer.
func wantsPage(r *http.Request) bool {
	return r.Method == http.MethodGet && r.URL.RawQuery == "" && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// Playground serves the page to try the API, at /playground, with its script
// and style below. It needs no network but this server.
func (h *Handler) Playground() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(withCall(r.Context(), h.callOf(r)))
		h.page(w, r)
	})
}

// page answers with the page or one of its files.
func (h *Handler) page(w http.ResponseWriter, r *http.Request) {
	if !h.cfg.Playground || !h.mayLook(callFrom(r.Context()).principal) {
		h.refuse(w, r, ratchet.Errorf(ratchet.CodeDenied, "the playground is switched off").WithHint("switch on graphql_api.playground, or be an admin"))
		return
	}
	name, media := "index.html", "text/html; charset=utf-8"
	switch rest := strings.TrimPrefix(r.URL.Path, "/playground/"); {
	case strings.HasSuffix(rest, ".js"):
		name, media = rest, "text/javascript; charset=utf-8"
	case strings.HasSuffix(rest, ".css"):
		name, media = rest, "text/css; charset=utf-8"
	}
	data, err := fs.ReadFile(pageFiles, "page/"+name)
	if err != nil {
		h.refuse(w, r, ratchet.Errorf(ratchet.CodeNotFound, "there is no such file"))
		return
	}
	head := w.Header()
	head.Set("Content-Type", media)
	head.Set("Content-Security-Policy", pagePolicy)
	head.Set("Cache-Control", "no-cache")
	_, _ = w.Write(data) // the client has gone
}

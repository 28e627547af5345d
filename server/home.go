package server

import (
	"bytes"
	_ "embed" // the page is part of the binary
	"html/template"
	"net/http"
	"strings"
	"sync"

	"ratchet/reply"

	"ratchet"
)

//go:embed home.html
var homeText string

var homeTemplate = sync.OnceValues(func() (*template.Template, error) { return template.New("home").Parse(homeText) })

// homeView is what the page for people shows: the server, or an error.
type homeView struct {
	Title, Version string
	Reason, Cause  string // why the server is not ready; empty = it is
	MCP            string // address of the MCP endpoint; empty = not on this listener
	Links          []homeLink
	Error          *ratchet.ErrorBody // nil = the page of the server itself
}

type homeLink struct{ Path, Text string }

// wantsPage says whether a browser asks for something to look at: browsers name
// HTML before JSON, programs do not name it.
func wantsPage(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	before, _, found := strings.Cut(strings.Join(r.Header["Accept"], ","), "text/html")
	return found && !strings.Contains(before, "application/json")
}

// home answers with the page of the server.
func (s *Server) home(w http.ResponseWriter, r *http.Request) {
	v := homeView{Title: "Ratchet", Version: s.version, Links: s.homeLinks()}
	v.Reason, v.Cause = s.notReady(r.Context())
	if s.cfg.MCP.Enabled && !s.cfg.MCP.SeparateListener {
		scheme := "http://"
		if secure(r) {
			scheme = "https://"
		}
		v.MCP = scheme + r.Host + s.cfg.MCP.Endpoint
	}
	s.answerPage(w, r, http.StatusOK, v)
}

func (s *Server) homeLinks() []homeLink {
	links := []homeLink{{"/docs", "The HTTP API, to read and to try"}}
	if s.graphql != nil && s.cfg.GraphQL.Playground {
		links = append(links, homeLink{"/playground", "GraphQL, to try"})
	}
	links = append(links, homeLink{"/health", "Health"}, homeLink{"/metrics", "Metrics"})
	return links
}

// denyPage is deny for a browser.
func (s *Server) denyPage(w http.ResponseWriter, r *http.Request, err error) {
	body, status := ratchet.Body(err, r.Header.Get(reply.HeaderRequestID)), ratchet.CodeOf(err).HTTPStatus()
	s.answerPage(w, r, status, homeView{Title: http.StatusText(status), Error: &body})
}

func (s *Server) answerPage(w http.ResponseWriter, r *http.Request, status int, v homeView) {
	var page bytes.Buffer
	t, err := homeTemplate()
	if err == nil {
		err = t.Execute(&page, v)
	}
	if err != nil {
		s.access.Error("cannot write the page", "error", err)
		reply.Error(w, r, s.deps.Now(), err)
		return
	}
	head := w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8")
	head.Set("Cache-Control", "no-store")
	head.Add("Vary", "Accept")
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes()) // the client has gone
}

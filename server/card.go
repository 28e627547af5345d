package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"ratchet/registry"

	"ratchet/adapters/mcp"
)

const (
	cardPath    = "/server-card" // below the MCP endpoint
	catalogPath = "/.well-known/ai-catalog.json"
	cardType    = "application/mcp-server-card+json"
	catalogType = "application/ai-catalog+json"
)

// card describes the MCP endpoint to clients that are not connected: who it is
// and how to reach it, not what it offers.
func (s *Server) card(w http.ResponseWriter, r *http.Request) {
	at := s.address(r)
	body := map[string]any{
		"$schema": "https://static.modelcontextprotocol.io/schemas/v2/server-card.schema.json",
		"name":    reversed(at.Hostname()) + "/ratchet", "title": "Ratchet", "version": s.version, "description": mcp.About, "icons": mcp.Icons(),
		"remotes": []any{map[string]any{
			"type": "streamable-http", "url": at.String() + s.cfg.MCP.Endpoint, "supportedProtocolVersions": mcp.Versions(),
		}},
	}
	if site := websiteOf(&s.cfg); site != "" {
		body["websiteUrl"] = site
	}
	discoverable(w, r, cardType, body)
}

// catalog says where the card is, to clients that know the host alone.
func (s *Server) catalog(w http.ResponseWriter, r *http.Request) {
	at := s.address(r)
	discoverable(w, r, catalogType, map[string]any{
		"specVersion": "1.0",
		"entries": []any{map[string]any{
			"identifier": "urn:air:" + at.Hostname() + ":ratchet", "displayName": "Ratchet", "description": mcp.About,
			"type": cardType, "url": at.String() + s.cfg.MCP.Endpoint + cardPath,
		}},
	})
}

// address is the server's as the sender of r knows it.
func (s *Server) address(r *http.Request) *url.URL {
	if known, err := url.Parse(strings.TrimSuffix(s.cfg.Auth.ResourceURL, "/")); err == nil && known.Host != "" {
		return known
	}
	at := &url.URL{Scheme: "http", Host: r.Host}
	if secure(r) {
		at.Scheme = "https"
	}
	return at
}

// reversed is a host as names of servers have it: org.example for example.org.
func reversed(host string) string {
	if _, err := netip.ParseAddr(host); err == nil || net.ParseIP(host) != nil {
		return "localhost"
	}
	parts := strings.Split(host, ".")
	slices.Reverse(parts)
	return strings.Join(parts, ".")
}

// discoverable answers with what is no secret: pages of any origin may read it,
// and it may be kept for an hour.
func discoverable(w http.ResponseWriter, r *http.Request, kind string, v any) {
	body, _ := registry.Encode(v) // strings and lists of them
	sum := sha256.Sum256(body)
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", http.MethodGet)
	h.Set("Access-Control-Allow-Headers", "Content-Type")
	h.Set("Etag", `"`+hex.EncodeToString(sum[:])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// introduces says whether a request is for what a client reads before it says
// who it is.
func (s *Server) introduces(r *http.Request) bool {
	return s.cfg.MCP.Enabled && (r.URL.Path == s.cfg.MCP.Endpoint+cardPath || r.URL.Path == catalogPath)
}

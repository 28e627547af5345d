package server

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// TestServerCard: who knows the host finds the card, and who reads the card
// finds the endpoint, without a login.
func TestServerCard(t *testing.T) {
	l := lockedUp(t)
	a := l.send("GET", catalogPath, "")
	var catalog struct {
		SpecVersion string
		Entries     []struct{ Identifier, DisplayName, Type, URL string }
	}
	if err := json.Unmarshal([]byte(a.Body), &catalog); err != nil || a.Status != http.StatusOK || a.Header.Get("Content-Type") != catalogType || len(catalog.Entries) != 1 {
		t.Fatalf("%v %d %s", err, a.Status, a.Body)
	}
	entry := catalog.Entries[0]
	if entry.Type != cardType || entry.URL != l.url+"/mcp/server-card" || entry.Identifier != "urn:air:127.0.0.1:ratchet" {
		t.Errorf("%+v", entry)
	}
	a = l.send("GET", strings.TrimPrefix(entry.URL, l.url), "")
	var card struct {
		Schema                     string `json:"$schema"`
		Name, Version, Description string
		Remotes                    []struct {
			Type, URL                 string
			SupportedProtocolVersions []string
		}
		Tools any
	}
	if err := json.Unmarshal([]byte(a.Body), &card); err != nil || a.Status != http.StatusOK || a.Header.Get("Content-Type") != cardType || len(card.Remotes) != 1 {
		t.Fatalf("%v %d %s", err, a.Status, a.Body)
	}
	if card.Name != "localhost/ratchet" || card.Description == "" || len(card.Description) > 100 || card.Tools != nil ||
		card.Remotes[0].URL != l.url+"/mcp" || len(card.Remotes[0].SupportedProtocolVersions) == 0 {
		t.Errorf("%s", a.Body)
	}
	if a.Header.Get("Access-Control-Allow-Origin") != "*" || a.Header.Get("Cache-Control") != "public, max-age=3600" {
		t.Errorf("%v", a.Header)
	}
	if again := l.send("GET", "/mcp/server-card", "", "If-None-Match", a.Header.Get("Etag")); again.Status != http.StatusNotModified {
		t.Errorf("again: %d", again.Status)
	}
	if got := reversed("tasks.example.org"); got != "org.example.tasks" {
		t.Errorf("reversed: %s", got)
	}
}

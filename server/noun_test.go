package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"ratchet/registry"

	"ratchet"
	"ratchet/adapters/typescript"
	"ratchet/events"
	"ratchet/server"
	"ratchet/server/config"
)

// This file adds a noun: notes, with two tools, a list, an event and a REST
// resource. Nothing else knows of it.

type (
	writeNoteIn struct {
		Text string `json:"text" jsonschema:"maxLength=100" jsonschema_description:"what to remember"`
	}
	listNotesIn struct {
		NoteID string `json:"note_id,omitempty" jsonschema_description:"only this one"`
		SortBy string `json:"sort_by,omitempty" jsonschema:"enum=note_id,default=note_id"`
		registry.ListIn
	}
	note struct {
		NoteID   string `json:"note_id"`
		BodyText string `json:"body_text"`
		Revision string `json:"revision"`
	}
	listNotesOut struct {
		Notes []registry.Row[note] `json:"notes"`
		registry.ListOut
	}
	noteEvent struct {
		NoteID   string `json:"note_id"`
		BodyText string `json:"body_text"`
	}
)

const noteWritten = "note.written"

// notes are kept in memory.
type notes struct {
	mu   sync.Mutex
	list []note
}

func (n *notes) noun() events.Noun {
	return events.Noun{Name: "note", Doc: "Follow the notes.", Kinds: []events.Kind{
		events.Show(events.Kind{
			Name: noteWritten, Doc: "a note was written", Changes: events.Resources,
			Audience: events.Audience{Tools: []string{"ratchet_list_notes"}},
			Touches:  func(e ratchet.Event) []string { return []string{"ratchet://notes/" + e.ID} },
		}, func(e ratchet.Event) (noteEvent, bool) {
			written, ok := e.Data.(note)
			return noteEvent{written.NoteID, written.BodyText}, ok
		}),
	}}
}

func (n *notes) tools() []registry.Tool {
	return []registry.Tool{
		registry.Define(registry.Spec{
			Name: "ratchet_write_note", Title: "Write a note", Toolset: "core", Category: "development", Doc: "Call this to remember something.",
			Effect: registry.Writes, Creates: true, Audit: "resource_created",
			Routes: []registry.Route{{Method: "POST", Path: "/notes", Field: "writeNote", Created: "/notes/{note_id}"}},
		}, n.write),
		registry.Define(registry.Spec{
			Name: "ratchet_list_notes", Title: "List notes", Toolset: "core", Category: "discovery", Doc: "Call this to see what was noted.",
			Effect: registry.Reads, Filters: func() []ratchet.FilterField {
				return []ratchet.FilterField{{Name: "note_id", Type: ratchet.FilterText, Operators: []ratchet.Operator{ratchet.OpEQ}}}
			},
			Routes: []registry.Route{
				{Method: "GET", Path: "/notes", Field: "notes"},
				{Method: "GET", Path: "/notes/{note_id}", Field: "note", One: true, Doc: "One note"},
			},
		}, n.read),
	}
}

func (n *notes) write(_ context.Context, d *registry.Deps, in writeNoteIn) (note, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	id := fmt.Sprint(len(n.list) + 1)
	written := note{NoteID: id, BodyText: in.Text, Revision: "r" + id}
	n.list = append(n.list, written)
	d.Bus.Publish(ratchet.Event{Kind: noteWritten, ID: id, At: d.Now(), Data: written})
	return written, nil
}

func (n *notes) read(_ context.Context, _ *registry.Deps, in listNotesIn) (listNotesOut, error) {
	q, err := in.Query(in.SortBy)
	if err != nil {
		return listNotesOut{}, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	found := slices.DeleteFunc(slices.Clone(n.list), func(x note) bool { return in.NoteID != "" && x.NoteID != in.NoteID })
	if in.NoteID != "" && len(found) == 0 {
		return listNotesOut{}, ratchet.Errorf(ratchet.CodeNotFound, "there is no note %q", in.NoteID).At("/note_id")
	}
	out := listNotesOut{ListOut: registry.NewListOut(q, int64(len(found)), "")}
	page := found[min(q.Offset, len(found)):min(q.Offset+q.Limit, len(found))]
	out.Notes, err = registry.Rows(page, in.Fields)
	return out, err
}

// TestANounNeedsOneFile: every surface has the noun.
func TestANounNeedsOneFile(t *testing.T) {
	s, web := openNoun(t)
	get := func(method, path, body string, headers ...string) (status int, header http.Header, text string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, web+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		read, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, res.Header, string(read)
	}
	has := func(what, text string, wanted ...string) {
		t.Helper()
		for _, want := range wanted {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %s: %.2000s", what, want, text)
			}
		}
	}
	sse := stream(t, web+"/api/v1/events?kinds=note")
	live := stream(t, web+"/graphql?query="+url.QueryEscape(`subscription { noteEvents(id: "1") { kind id noteId bodyText } }`))

	status, header, text := get("POST", "/api/v1/notes", `{"text":"one"}`)
	has("POST /notes", fmt.Sprint(status, header)+text, "201", "/api/v1/notes/1", `"noteId":"1"`, `"bodyText":"one"`)
	has("the event stream", until(t, sse, "data:"), `"kind":"note.written","id":"1"`, `"data":{"noteId":"1","bodyText":"one"}`)
	has("the subscription", until(t, live, "data:"), `"noteEvents":{"kind":"note.written","id":"1","noteId":"1","bodyText":"one"}`)

	_, _, text = get("POST", "/graphql", `{"query":"mutation { writeNote(text: \"two\") { noteId } }"}`)
	has("the mutation", text, `"writeNote":{"noteId":"2"}`)
	_, _, text = get("POST", "/graphql", `{"query":"{ notes(limit: 1) { items { bodyText } meta { totalCount } } note(id: \"2\") { revision } }"}`)
	has("the queries", text, `"bodyText":"one"`, `"totalCount":2`, `"revision":"r2"`)

	_, header, text = get("GET", "/api/v1/notes?limit=1&page=2", "")
	has("GET /notes", fmt.Sprint(header)+text, `X-Total-Count:[2]`, `"noteId":"2"`)
	_, header, text = get("GET", "/api/v1/notes/2", "")
	has("GET /notes/2", text, `"bodyText":"two"`)
	if again, _, _ := get("GET", "/api/v1/notes/2", "", "If-None-Match", header.Get("ETag")); header.Get("ETag") == "" || again != http.StatusNotModified {
		t.Errorf("ETag %q, then %d", header.Get("ETag"), again)
	}
	_, _, text = get("POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ratchet_list_notes","arguments":{"fields":["body_text"]},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`,
		"Accept", "application/json, text/event-stream", "Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", "ratchet_list_notes")
	has("MCP", text, `body_text`, "two")
	_, _, text = get("GET", "/api-docs/openapi.json", "")
	has("the OpenAPI document", text, `"/api/v1/notes"`, `"/api/v1/notes/{noteId}"`)
	_, _, text = get("POST", "/api/v1/tools/ratchet_query_audit", `{"filters":[{"field":"operation","operator":"EQ","value":"ratchet_write_note"}]}`)
	has("the audit", text, `resource_created`, `ratchet_write_note`)
	has("the TypeScript client", typescript.Client(typescript.ToolsOf(s.Registry()), "1"), "ratchet_write_note", "bodyText: string")

	tool, _ := s.Registry().Lookup("ratchet_write_note")
	for role, may := range map[ratchet.Role]bool{ratchet.RoleReadonly: false, ratchet.RoleUser: true, ratchet.RoleAdmin: true} {
		if err := registry.Permit(ratchet.Principal{ID: "p", Role: role}, tool); (err == nil) != may {
			t.Errorf("%s may write a note: %v", role, err)
		}
	}
	hears := s.Registry().Hears(ratchet.Principal{ID: "p", Role: ratchet.RoleUser, Scope: &ratchet.Scope{Tools: []string{"ratchet_get_task"}}})
	if hears(&ratchet.Event{Kind: noteWritten}) {
		t.Error("a caller without the tool hears of notes")
	}
}

func openNoun(t *testing.T) (*server.Server, string) {
	t.Helper()
	cfg, err := config.Load(config.Options{Dir: t.TempDir(), User: t.TempDir(), Env: []string{}, Flags: map[string]string{
		"data_dir": t.TempDir(), "execution.workers.count": "1", "execution.workers.warm": "0", "mcp.toolsets": "core,admin",
	}})
	if err != nil {
		t.Fatal(err)
	}
	n := &notes{}
	s, err := server.Open(t.Context(), cfg, server.Options{
		Worker: []string{os.Args[0], "--worker"}, Tools: n.tools(), Events: []events.Noun{n.noun()},
	})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
		web.Close()
	})
	return s, web.URL
}

// stream opens a stream of events that ends with the test.
func stream(t *testing.T, address string) *bufio.Scanner {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	lines := bufio.NewScanner(res.Body)
	until(t, lines, ":") // it is open
	return lines
}

// until reads to a line that begins with prefix, and returns it.
func until(t *testing.T, lines *bufio.Scanner, prefix string) string {
	t.Helper()
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), prefix) {
			return lines.Text()
		}
	}
	t.Fatalf("the stream ended before %q: %v", prefix, lines.Err())
	return ""
}

package recording_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ratchet"
	"ratchet/runtime"
	"ratchet/runtime/recording"
)

// site answers with bytes that are no text for /bin, and fails for /down.
type site struct{}

func (site) Call(_ context.Context, c runtime.HostCall) (runtime.HostReply, error) {
	switch {
	case c.Kind == runtime.CallSecret:
		return runtime.HostReply{Secret: "hush"}, nil
	case strings.HasSuffix(c.Fetch.URL, "/down"):
		return runtime.HostReply{Error: &runtime.CallError{Class: "TimeoutError", Message: "too slow", Code: "timeout"}}, nil
	}
	body := []byte(`{"ok":true}`)
	if strings.HasSuffix(c.Fetch.URL, "/bin") {
		body = []byte{0xff, 0, 0xfe}
	}
	return runtime.HostReply{Fetch: &runtime.FetchResponse{
		Status: 200, StatusText: "OK", URL: c.Fetch.URL, Body: body, Header: [][2]string{{"content-type", "application/json"}},
		Timing: runtime.FetchTiming{DNS: 10, Connect: 30, TLS: 60, Sent: 70, FirstByte: 100, Done: 150},
	}}, nil
}

var job = runtime.Job{
	ExecutionID: "e", Secrets: []string{"key"}, Seed: [32]byte{1, 2}, Source: runtime.Source{Hash: "abc", Code: `async function main(input, context) {
	const key = context.secrets.get('key');
	const a = await fetch('http://site/a?q=1&r=a%20b', {method: 'POST', body: {x: 1}});
	const b = await fetch('http://site/bin');
	let down;
	try { await fetch('http://site/down'); } catch (e) { down = e.name; }
	await new Promise((r) => setTimeout(r, 1));
	reportProgress(0.5);
	return [Date.now(), Math.random(), a.body.ok, (await b.bytes()).length, down, key.length];
}`},
}

func record(t *testing.T) (runtime.Outcome, *runtime.Tape) {
	t.Helper()
	rec := runtime.NewRecorder(site{})
	rec.Pin(job)
	out := runtime.Run(context.Background(), job, runtime.Hooks{Host: rec})
	if out.Err != nil {
		t.Fatalf("%+v", out.Err)
	}
	raw, err := rec.Merge(out.Tape)
	if err != nil {
		t.Fatal(err)
	}
	tape, err := runtime.DecodeTape(raw)
	if err != nil {
		t.Fatal(err)
	}
	return out, tape
}

func TestEvents(t *testing.T) {
	_, tape := record(t)
	var text bytes.Buffer
	if err := recording.WriteEvents(&text, tape); err != nil {
		t.Fatal(err)
	}
	again, err := recording.ReadEvents(bytes.NewReader(text.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(tape, again); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
	if bytes.Contains(text.Bytes(), []byte("hush")) {
		t.Error("the value of a secret was written")
	}
	for _, bad := range []string{"", "{}", "x", strings.Replace(text.String(), `"format_version":1`, `"format_version":9`, 1), text.String() + `{"seq":99,"kind":"time"}`, text.String() + `{"kind":"what"}`} {
		if _, err := recording.ReadEvents(strings.NewReader(bad)); !errors.Is(err, recording.ErrFormat) {
			t.Errorf("%.40q: %v", bad, err)
		}
	}
}

func TestHAR(t *testing.T) {
	_, tape := record(t)
	archive := recording.HAR(tape, "1.2.3")
	if n := len(archive.Log.Entries); n != 3 {
		t.Fatalf("%d entries", n)
	}
	first := archive.Log.Entries[0]
	if first.Request.PostData.Text != `{"x":1}` || first.Response.Content.Text != `{"ok":true}` || archive.Log.Creator.Name != "Ratchet" {
		t.Errorf("%+v", first)
	}
	if diff := cmp.Diff([]recording.Pair{{Name: "q", Value: "1"}, {Name: "r", Value: "a b"}}, first.Request.QueryString); diff != "" {
		t.Error(diff)
	}
	if want := (recording.Timings{DNS: 0.01, Connect: 0.05, SSL: 0.03, Send: 0.01, Wait: 0.03, Receive: 0.05}); first.Timings != want {
		t.Errorf("%+v", first.Timings)
	}
	text, err := json.Marshal(archive)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte("hush")) {
		t.Error("the value of a secret was written")
	}
	bare, err := recording.ReadHAR(text)
	if err != nil {
		t.Fatal(err)
	}
	replayed := job
	replayed.Mode, replayed.Tape = runtime.ModeReplay, runtime.EncodeTape(bare, 0)
	out := runtime.Run(context.Background(), replayed, runtime.Hooks{})
	var got []any
	if out.Err != nil || json.Unmarshal(out.Output, &got) != nil || got[3] != 3.0 || got[4] != "TimeoutError" {
		t.Errorf("%s %+v", out.Output, out.Err)
	}
	for _, bad := range []string{"", "{}", `{"log":{"version":"1.2","entries":[{"startedDateTime":"noon"}]}}`} {
		if _, err := recording.ReadHAR([]byte(bad)); !errors.Is(err, recording.ErrFormat) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestFolder(t *testing.T) {
	out, tape := record(t)
	s := recording.Session{
		Input: json.RawMessage(`{}`), Output: out.Output, Tape: tape,
		Logs: []ratchet.LogLine{{Level: "info", Logger: "console", Message: "hello"}},
		Meta: recording.Meta{ExecutionID: "e", Status: ratchet.StatusCompleted, StartedAt: time.Now(), Ratchet: "1.2.3"},
	}
	dir := t.TempDir()
	if _, err := s.Write(dir); err != nil {
		t.Fatal(err)
	}
	again, err := recording.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(tape, again.Tape); diff != "" || string(again.Output) != string(out.Output) || again.Meta.ExecutionID != "e" {
		t.Errorf("%+v\n%s", again.Meta, diff)
	}
	if _, err := recording.Read(t.TempDir()); !errors.Is(err, recording.ErrFormat) {
		t.Error(err)
	}
}

// TestStrict: recordings are read as strictly as arguments of tools.
func TestStrict(t *testing.T) {
	_, tape := record(t)
	var good bytes.Buffer
	if err := recording.WriteEvents(&good, tape); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"a key twice":      strings.Replace(good.String(), `"seq":1,`, `"seq":1,"seq":1,`, 1),
		"half a character": strings.Replace(good.String(), `"url":"`, `"url":"\ud800`, 1),
	} {
		if _, err := recording.ReadEvents(strings.NewReader(text)); text == good.String() || !errors.Is(err, recording.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := recording.ReadHAR([]byte(`{"log":{"version":"1.2","version":"1.2","entries":[]}}`)); !errors.Is(err, recording.ErrFormat) {
		t.Errorf("HAR: %v", err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"events.jsonl": good.String(), "input.json": `{"a":1,"a":2}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := recording.Read(dir); !errors.Is(err, recording.ErrFormat) || !strings.Contains(err.Error(), "input.json") {
		t.Errorf("input: %v", err)
	}
}

func FuzzReadEvents(f *testing.F) {
	f.Add([]byte(`{"format_version":1,"tape_version":2,"seed":"` + strings.Repeat("00", 32) + `"}` + "\n" + `{"seq":1,"kind":"fetch","call":1,"request":{"url":"u"}}` + "\n" + `{"seq":2,"kind":"reply","call":1,"result":{"status":200}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		tape, err := recording.ReadEvents(bytes.NewReader(text))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := recording.WriteEvents(&again, tape); err != nil {
			t.Fatal(err)
		}
	})
}

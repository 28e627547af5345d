package templates_test

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ratchet"
	"ratchet/runtime"
	"ratchet/templates"
	"ratchet/thorough"
)

// mockHost answers from a test's mock, as far as the templates' tests need.
type mockHost struct{ mock *ratchet.Mock }

func (h mockHost) Call(_ context.Context, call runtime.HostCall) (runtime.HostReply, error) {
	if call.Kind.Secret() {
		if value, ok := h.mock.Secrets[call.Secret]; ok {
			return runtime.HostReply{Secret: value}, nil
		}
		return runtime.HostReply{Error: &runtime.CallError{Class: "ConfigurationError", Message: "no secret " + call.Secret}}, nil
	}
	for _, exact := range []bool{true, false} {
		for _, m := range h.mock.HTTP {
			if (exact && m.URL == call.Fetch.URL) || (!exact && m.URL == "*") {
				return runtime.HostReply{Fetch: respond(m, call.Fetch.URL)}, nil
			}
		}
	}
	return runtime.HostReply{Error: &runtime.CallError{Class: "NetworkError", Message: "no mock for " + call.Fetch.URL}}, nil
}

func respond(m ratchet.HTTPMock, url string) *runtime.FetchResponse {
	var r struct {
		Status  int
		Headers map[string]string
		Body    json.RawMessage
	}
	_ = json.Unmarshal(m.Response, &r)
	var text string
	if json.Unmarshal(r.Body, &text) != nil {
		text = string(r.Body)
	}
	out := &runtime.FetchResponse{Status: r.Status, Body: []byte(text), URL: url}
	for name, value := range r.Headers {
		out.Header = append(out.Header, [2]string{name, value})
	}
	return out
}

// TestAnyPermittedValuePasses is the promise of the templates: whatever the
// parameters permit compiles, and the generated tests pass.
func TestAnyPermittedValuePasses(t *testing.T) {
	checks := thorough.Of(10, 100)
	if underRace { // one goroutine: the detector has nothing to find but time
		checks = 10
	}
	thorough.Checks(t, checks)
	for _, tpl := range templates.List() {
		t.Run(tpl.Name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				task := drawTask(t, tpl)
				for _, test := range task.Tests {
					runTest(t, task, test)
				}
			})
		})
	}
}

func runTest(t *rapid.T, task ratchet.Task, test ratchet.TestCase) {
	mock := test.Mock
	if mock == nil {
		mock = &ratchet.Mock{}
	}
	var clock int64
	if mock.Time != "" {
		at, err := time.Parse(time.RFC3339, mock.Time)
		if err != nil {
			t.Fatal(err)
		}
		clock = at.UnixMicro()
	}
	var meta struct{ Secrets []string }
	if err := json.Unmarshal(task.Metadata, &meta); err != nil {
		t.Fatal(err)
	}
	job := runtime.Job{
		Source: runtime.Source{Name: "main.js", Code: task.Code, Language: task.Language},
		Input:  test.Input, Clock: clock, Secrets: meta.Secrets,
	}
	out := runtime.Run(context.Background(), job, runtime.Hooks{Host: mockHost{mock}})
	job.Profile = true
	if watched := runtime.Run(context.Background(), job, runtime.Hooks{Host: mockHost{mock}}); string(watched.Output) != string(out.Output) {
		t.Fatalf("%s: instrumented it returns %s, plain %s", test.Name, watched.Output, out.Output)
	}
	if out.Err != nil {
		t.Fatalf("%s: %s: %s (line %d: %s)", test.Name, out.Err.Type, out.Err.Message, out.Err.Line, out.Err.Snippet)
	}
	var want, got any
	if json.Unmarshal(test.ExpectedOutput, &want) != nil || json.Unmarshal(out.Output, &got) != nil {
		t.Fatalf("%s: output %s", test.Name, out.Output)
	}
	if !contains(got, want, test.Match == "subset") {
		t.Fatalf("%s: output %s, want %s %s", test.Name, out.Output, strings.TrimSpace(test.Match), test.ExpectedOutput)
	}
}

func contains(got, want any, subset bool) bool {
	if w, ok := want.([]any); ok && subset {
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return false
		}
		for i := range w {
			if !contains(g[i], w[i], true) {
				return false
			}
		}
		return true
	}
	w, ok := want.(map[string]any)
	if !ok || !subset {
		return reflect.DeepEqual(got, want)
	}
	g, ok := got.(map[string]any)
	if !ok {
		return false
	}
	for key, value := range w {
		if !contains(g[key], value, true) {
			return false
		}
	}
	return true
}

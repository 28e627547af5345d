package toolstest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ratchet/registry"

	"golang.org/x/tools/txtar"

	"ratchet"
	"ratchet/schema"
	"ratchet/thorough"
)

// Call calls one tool through a surface and returns its result as JSON; of a
// document, {"text": …}.
type Call func(ctx context.Context, tool string, args json.RawMessage) (json.RawMessage, error)

// New makes a fresh server without any task and returns how to call it. It
// cleans up by t.Cleanup.
type New func(t testing.TB) Call

// Direct calls a registry without any surface, as the machine's owner.
func Direct(r *registry.Registry, d *registry.Deps) Call {
	return func(ctx context.Context, name string, args json.RawMessage) (json.RawMessage, error) {
		tool, ok := r.Lookup(name)
		if !ok {
			return nil, r.Unknown(name)
		}
		caller := registry.CallerFrom(ctx)
		caller.Identity = ratchet.Local()
		ctx = registry.WithCaller(ctx, caller)
		out, err := tool.Call(ctx, d, args)
		if err != nil {
			return nil, err
		}
		return json.Marshal(out)
	}
}

// Examples runs every example of every tool and checks each result against
// the tool's output schema.
func Examples(t *testing.T, r *registry.Registry, fresh New) {
	for _, tool := range r.List() {
		for _, ex := range tool.Examples {
			t.Run(tool.Name+"/"+ex.Title, func(t *testing.T) {
				call := fresh(t)
				for _, s := range ex.Setup {
					if _, err := call(t.Context(), s.Tool, s.Args); err != nil {
						t.Fatalf("set-up %s: %v", s.Tool, describe(err))
					}
				}
				out, err := call(t.Context(), tool.Name, ex.Args)
				if err != nil {
					t.Fatal(describe(err))
				}
				checkOut(t, tool, out)
			})
		}
	}
}

// Cases runs dir/<tool>.txtar of every tool; a tool without a file fails. A
// case NAME is the files NAME/setup (lines of "tool arguments"), NAME/args and
// either NAME/result or NAME/error, of which the answer must hold all fields;
// a field that is null there must be null or absent. The line "use X" of a
// set-up stands for the lines of file X in dir/setup.txtar.
func Cases(t *testing.T, r *registry.Registry, dir string, fresh New) {
	play(t, r.List(), dir, fresh, func(all []testCase) []testCase { return all })
}

// Sample is Cases through a further surface: in a thorough test all of them, else
// of every sixth tool the first that is answered and the first that is refused.
func Sample(t *testing.T, r *registry.Registry, dir string, fresh New) {
	play(t, sampled(r), dir, fresh, func(all []testCase) []testCase {
		if thorough.Wanted() {
			return all
		}
		var some []testCase
		for _, part := range []string{"result", "error"} {
			if i := slices.IndexFunc(all, func(c testCase) bool { _, ok := c.files[part]; return ok }); i >= 0 {
				some = append(some, all[i])
			}
		}
		return some
	})
}

func play(t *testing.T, list []registry.Tool, dir string, fresh New, pick func([]testCase) []testCase) {
	shared := shared(t, dir)
	for _, tool := range list {
		t.Run(tool.Name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, tool.Name+".txtar"))
			if err != nil {
				t.Fatalf("every tool has a file of cases: %v", err)
			}
			for _, c := range pick(parse(t, data)) {
				t.Run(c.name, func(t *testing.T) { c.run(t, tool, shared, fresh(t)) })
			}
		})
	}
}

// Args returns the arguments of every case of a tool, for tests about the cases.
func Args(t *testing.T, dir, tool string) []json.RawMessage {
	data, err := os.ReadFile(filepath.Join(dir, tool+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var args []json.RawMessage
	for _, c := range parse(t, data) {
		args = append(args, json.RawMessage(c.files["args"]))
	}
	return args
}

// shared reads the set-ups that cases have in common, by name.
func shared(t *testing.T, dir string) map[string]string {
	data, err := os.ReadFile(filepath.Join(dir, "setup.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]string{}
	for _, f := range txtar.Parse(data).Files {
		lines[f.Name] = string(f.Data)
	}
	return lines
}

type testCase struct {
	name  string
	files map[string]string
}

func parse(t *testing.T, data []byte) []testCase {
	var out []testCase
	for _, f := range txtar.Parse(data).Files {
		name, part, ok := strings.Cut(f.Name, "/")
		if !ok {
			t.Fatalf("file %q is not CASE/PART", f.Name)
		}
		if len(out) == 0 || out[len(out)-1].name != name {
			out = append(out, testCase{name: name, files: map[string]string{}})
		}
		out[len(out)-1].files[part] = strings.TrimSpace(string(f.Data))
	}
	if len(out) == 0 {
		t.Fatal("the file holds no case")
	}
	return out
}

func (c testCase) run(t *testing.T, tool registry.Tool, shared map[string]string, call Call) {
	prepare(t, c.files["setup"], shared, call)
	out, err := call(t.Context(), tool.Name, json.RawMessage(c.files["args"]))
	want, wantsError := c.files["error"]
	if wantsError {
		if err == nil {
			t.Fatalf("no error but %s", out)
		}
		body, _ := json.Marshal(ratchet.Body(err, ""))
		contains(t, want, body)
		return
	}
	if err != nil {
		t.Fatal(describe(err))
	}
	checkOut(t, tool, out)
	contains(t, c.files["result"], out)
}

// prepare makes the calls of a set-up.
func prepare(t *testing.T, lines string, shared map[string]string, call Call) {
	t.Helper()
	for line := range strings.Lines(lines) {
		name, args, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch name {
		case "":
		case "use":
			more, ok := shared[args]
			if !ok {
				t.Fatalf("setup.txtar has no %q", args)
			}
			prepare(t, more, shared, call)
		default:
			if _, err := call(t.Context(), name, json.RawMessage(args)); err != nil {
				t.Fatalf("set-up %s: %v", name, describe(err))
			}
		}
	}
}

func checkOut(t *testing.T, tool registry.Tool, out json.RawMessage) {
	t.Helper()
	if tool.Out == nil {
		return
	}
	s, err := schema.Compile(tool.Out)
	if err != nil {
		t.Fatalf("output schema: %v", err)
	}
	for _, v := range s.Validate(out) {
		t.Errorf("the result breaks its schema at %s: %s", v.Pointer, v.Message)
	}
}

// contains fails unless got holds everything want holds. The string "*"
// stands for any value, and "…text…" for a string with text in it.
func contains(t *testing.T, want string, got json.RawMessage) {
	t.Helper()
	var w, g any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatalf("what is wanted is not JSON: %v", err)
	}
	if err := json.Unmarshal(got, &g); err != nil {
		t.Fatalf("the answer is not JSON: %v", err)
	}
	if fault := subset("", w, g); fault != "" {
		var pretty bytes.Buffer
		_ = json.Indent(&pretty, got, "", "  ")
		t.Errorf("%s\nthe answer: %s", fault, pretty.String())
	}
}

func subset(at string, want, got any) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s: want an object, got %v", at, got)
		}
		for key, value := range w {
			if fault := subset(at+"/"+key, value, g[key]); fault != "" {
				return fault
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return fmt.Sprintf("%s: want %v, got %v", at, want, got)
		}
		for i := range w {
			if fault := subset(fmt.Sprintf("%s/%d", at, i), w[i], g[i]); fault != "" {
				return fault
			}
		}
		return ""
	case string:
		if w == "*" && got != nil {
			return ""
		}
		if inner, ok := strings.CutPrefix(w, "…"); ok {
			if g, isText := got.(string); isText && strings.Contains(g, strings.TrimSuffix(inner, "…")) {
				return ""
			}
		}
	}
	if !reflect.DeepEqual(want, got) {
		return fmt.Sprintf("%s: want %v, got %v", at, want, got)
	}
	return ""
}

func describe(err error) string {
	body, _ := json.MarshalIndent(ratchet.Body(err, ""), "", "  ")
	return fmt.Sprintf("%s\ncause: %v", body, ratchet.AsError(err).Err)
}

package typescript_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ratchet"
	"ratchet/adapters/typescript"
	"ratchet/runtime"
)

var (
	declared = regexp.MustCompile(`^(?:declare )?(function|const|class|interface) (\w+)(?:.*?: (\w+);)?`)
	member   = regexp.MustCompile(`^  (static )?(?:readonly )?(\w+)\??[(:<]`)
)

// probe is one JavaScript expression that must be true in a task.
type probe struct{ what, code string }

// probes reads the declarations, which have one member per line, into
// expressions that say whether what is declared exists.
func probes(text string) (list []probe, names []string) {
	instances := map[string]string{"TaskContext": "context", "TaskLog": "context.log", "TaskSecrets": "context.secrets", "PendingResponse": "pending"}
	for _, line := range strings.Split(text, "\n") {
		if m := declared.FindStringSubmatch(line); m != nil && m[1] == "const" && m[3] != "" {
			instances[m[3]] = m[2]
		}
	}
	owner, kind := "", ""
	for _, line := range strings.Split(text, "\n") {
		if m := declared.FindStringSubmatch(line); m != nil {
			kind, owner = m[1], m[2]
			if kind != "interface" && owner != "module" && owner != "exports" {
				list = append(list, probe{owner, fmt.Sprintf("typeof %s !== 'undefined'", owner)})
				names = append(names, owner)
			}
			continue
		}
		m := member.FindStringSubmatch(line)
		if m == nil || m[2] == "constructor" || m[2] == "private" {
			continue
		}
		what := owner + "." + m[2]
		switch {
		case m[1] != "":
			list = append(list, probe{what, fmt.Sprintf("'%s' in %s", m[2], owner)})
		case kind == "class":
			list = append(list, probe{what, fmt.Sprintf("'%s' in %s.prototype || '%[1]s' in sample.%[2]s", m[2], owner)})
		case instances[owner] != "":
			list = append(list, probe{what, fmt.Sprintf("'%s' in %s", m[2], instances[owner])})
		}
	}
	return list, names
}

// TestGlobalsExist runs a task that looks for everything declared.
func TestGlobalsExist(t *testing.T) {
	list, names := probes(typescript.Globals())
	if len(list) < 200 {
		t.Fatalf("only %d declarations were read", len(list))
	}
	var b strings.Builder
	// Some members belong to instances only; a fetch that is refused still is a promise of one.
	b.WriteString(`export default async (input, context) => {
  const pending = fetch('none://x'); pending.catch(() => {});
  const http = {status: 500, response: new Response(), retryAfter: 1};
  const sample = new Proxy({
    Headers: new Headers(), Request: new Request('http://x/'), Response: new Response(), URL: new URL('http://x/'), DOMException: new DOMException(),
    HttpError: new HttpError(500, 'x', http), AuthenticationError: new AuthenticationError('x', http), AuthorizationError: new AuthorizationError('x', http),
    RateLimitError: new RateLimitError('x', http), ServiceUnavailableError: new ServiceUnavailableError('x', http),
  }, {get: (o, k) => o[k] ?? {}});
  const missing = [];
`)
	for _, p := range list {
		fmt.Fprintf(&b, "  if (!(%s)) missing.push(%q);\n", p.code, p.what)
	}
	b.WriteString("  return missing;\n}")
	out := runtime.Run(t.Context(), runtime.Job{
		ExecutionID: "e", Source: runtime.Source{Name: "main.js", Code: b.String(), Language: ratchet.JavaScript}, Input: json.RawMessage(`{}`),
	}, runtime.Hooks{})
	if out.Err != nil {
		t.Fatalf("%s: %s at line %d", out.Err.Type, out.Err.Message, out.Err.Line)
	}
	if string(out.Output) != "[]" {
		t.Errorf("declared but not there: %s", out.Output)
	}
	for _, g := range runtime.Globals() {
		standard := []string{"FinalizationRegistry", "Intl", "Iterator", "WeakRef"} // in TypeScript's own library
		if !slices.Contains(names, g) && !slices.Contains(standard, g) {
			t.Errorf("the runtime has the global %s, which is not declared", g)
		}
	}
}

// TestGlobalsParse checks the declarations with an engine of others.
func TestGlobalsParse(t *testing.T) { parses(t, typescript.Globals()) }

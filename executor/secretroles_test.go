package executor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ratchet"
	"ratchet/executor"
)

// TestRolesOfTheCaller: the role is that of the caller whose run it is.
func TestRolesOfTheCaller(t *testing.T) {
	r, v := keyed(t, newUpstream(t))
	readable := true
	change(t, v, ratchet.SecretUpdate{Name: "KEY", Roles: []ratchet.Role{ratchet.RoleService}, Readable: &readable})
	r.task(t, `export default (i, context) => context.secrets.get("KEY").length`, declares("KEY"))
	for _, role := range []ratchet.Role{"", ratchet.RoleUser, ratchet.RoleService, ratchet.RoleAdmin} {
		h, err := r.Start(ratchet.WithRole(context.Background(), role), executor.Request{Task: "t"})
		if role != ratchet.RoleService {
			if ratchet.CodeOf(err) != ratchet.CodeDenied {
				t.Errorf("role %q: %v", role, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if x, err := h.Wait(context.Background(), time.Minute); err != nil || string(x.Output) != fmt.Sprint(len(token)) {
			t.Errorf("%+v, %v", x, err)
		}
	}
}

// TestSecretsOfTests: a test gives values of its own, and needs no real one.
func TestSecretsOfTests(t *testing.T) {
	r, v := keyed(t, newUpstream(t))
	task := r.task(t, `export default async (i, context) =>
		(await fetch("https://api.example.com/?key=" + context.secrets.ref("KEY"), {method: "POST", body: {t: context.secrets.ref("KEY")}})).body`,
		func(task *ratchet.Task) {
			declares("KEY")(task)
			task.Tests = []ratchet.TestCase{{Name: "mocked", Input: json.RawMessage(`{}`), ExpectedOutput: json.RawMessage(`{"done":1}`), Mock: &ratchet.Mock{
				Secrets: map[string]string{"KEY": "of the test"},
				HTTP: []ratchet.HTTPMock{{
					URL: "https://api.example.com/?key=of+the+test", RequestBody: json.RawMessage(`{"t":"of the test"}`), Response: json.RawMessage(`{"done":1}`),
				}},
			}}}
		})
	change(t, v, ratchet.SecretUpdate{Name: "KEY", TaskPatterns: []string{}})
	report, err := r.RunTests(context.Background(), task, executor.TestOptions{})
	if err != nil || report.Passed != 1 {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestRetryKnowsItsEffects: two runs have different references, and a retry
// makes no effect again that the first attempt made.
func TestRetryKnowsItsEffects(t *testing.T) {
	bound := newUpstream(t)
	r, _ := keyed(t, bound)
	r.task(t, `export default async (i, context) => {
		const ref = context.secrets.ref("KEY")
		await fetch(i.url + "/charge?q=" + ref, {method: "POST", headers: {authorization: ref}, body: {ref}})
		if (context.attempt === 1) throw new Error("after the effect")
		return "done"
	}`, declares("KEY"))
	x := r.run(t, fmt.Sprintf(`{"url":%q}`, bound.URL))
	h, err := r.Start(context.Background(), executor.Request{Task: "t", Input: x.Input, RetryOf: x.ID, Attempt: 2})
	if err != nil {
		t.Fatal(err)
	}
	again, err := h.Wait(context.Background(), time.Minute)
	if err != nil || again.Status != ratchet.StatusCompleted || len(bound.got) != 1 {
		t.Errorf("%+v, %v; %d requests", again, err, len(bound.got))
	}
	if !slices.ContainsFunc(bound.got, func(g string) bool { return strings.Contains(g, "t0ken") }) {
		t.Errorf("%v", bound.got)
	}
}

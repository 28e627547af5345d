package executor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ratchet"
	"ratchet/executor"
)

// TestRetryOfATest: what a test kept from the network stays away from it when
// its execution is retried or forked.
func TestRetryOfATest(t *testing.T) {
	site := newUpstream(t)
	r, _ := keyed(t, site)
	ctx := context.Background()
	task := r.task(t, fmt.Sprintf(`export default async (i) => (await fetch(%q + "/charge", {method: "POST", body: i})).json()`, site.URL), func(task *ratchet.Task) {
		task.Tests = []ratchet.TestCase{{
			Name: "mocked", Input: json.RawMessage(`{"amount":1}`), ExpectedOutput: json.RawMessage(`{"paid":true}`),
			Mock: &ratchet.Mock{HTTP: []ratchet.HTTPMock{{URL: "*/charge", Method: "POST", Response: json.RawMessage(`{"paid":false}`)}}},
		}}
	})
	report, err := r.RunTests(ctx, task, executor.TestOptions{})
	if err != nil || report.Tests[0].ExecutionID == "" {
		t.Fatalf("%+v %v", report, err)
	}
	x, err := r.Execution(ctx, report.Tests[0].ExecutionID)
	if err != nil {
		t.Fatal(err)
	}
	again := func(input json.RawMessage) (*ratchet.Execution, error) {
		h, err := r.Start(ctx, executor.Request{Task: x.TaskID, Input: x.Input, Origin: ratchet.OriginTest, RetryOf: x.ID, ResetEffects: true, Test: input})
		if err != nil {
			return nil, err
		}
		<-h.Done()
		return r.Execution(ctx, h.ID)
	}
	if y, err := again(x.Input); err != nil || y.Origin != ratchet.OriginTest || string(y.Output) != `{"paid":false}` {
		t.Errorf("the retry: %+v %v, %+v, first %s %+v", y.Status, err, y.Error, x.Output, x.Error)
	}
	if _, err := again(json.RawMessage(`{"amount":2}`)); ratchet.CodeOf(err) != ratchet.CodeConflict || !strings.Contains(err.Error(), "its mocks are gone") {
		t.Errorf("a retry of a test that is gone: %v", err)
	}
	if _, err := r.Fork(ctx, executor.ForkRequest{Execution: x.ID}); ratchet.CodeOf(err) != ratchet.CodeConflict || ratchet.AsError(err).Fields[ratchet.FieldPointer] != "/mocked" {
		t.Errorf("a live fork: %v", err)
	}
	h, err := r.Fork(ctx, executor.ForkRequest{Execution: x.ID, Mocked: true})
	if err != nil {
		t.Fatal(err)
	}
	<-h.Done()
	if got := site.received(); got != "" {
		t.Errorf("the site received %s", got)
	}
}

package graphql_test

import (
	"strings"
	"testing"
)

// TestWorkerStatus follows a worker through a run, and refuses one that does not exist.
func TestWorkerStatus(t *testing.T) {
	l := serve(t)
	l.createTask("one", "export default () => 1")
	l.must(nil, `mutation { executeTask(taskId: "one", input: {}) { status } }`, nil) // there is a worker now
	s := l.stream(`subscription { workerStatus { kind workerId pid status tasksExecuted sequence } }`, nil)
	if e, _ := s.next(); !strings.Contains(e.data, `"status":"ready"`) || !strings.Contains(e.data, `"kind":"worker.updated"`) {
		t.Fatalf("how a worker stands: %s", e.data)
	}
	l.must(nil, `mutation { executeTask(taskId: "one", input: {}) { status } }`, nil)
	said := ""
	for !strings.Contains(said, `"status":"busy"`) || !strings.Contains(said[strings.Index(said, `"status":"busy"`):], `"status":"ready"`) {
		e, ok := s.next()
		if !ok {
			t.Fatalf("the stream ended: %s", said)
		}
		said += e.data
	}
	none := l.stream(`subscription { workerStatus(workerId: "99999") { status } }`, nil)
	if e, _ := none.next(); !strings.Contains(e.data, "NOT_FOUND") {
		t.Errorf("a worker that is not there: %s", e.data)
	}
}

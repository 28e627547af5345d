package e2e_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// bank acts on every request, and calls kill in the middle of the first one to
// /pay: after the effect was recorded and made, before its reply is.
type bank struct {
	*httptest.Server
	kill func()
	dead chan struct{} // closed when kill has returned

	mu   sync.Mutex
	done map[string]int
}

func newBank(t *testing.T) *bank {
	b := &bank{done: map[string]int{}, dead: make(chan struct{})}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		_, _ = io.Copy(io.Discard, q.Body)
		b.mu.Lock()
		defer b.mu.Unlock()
		b.done[q.URL.Path]++
		if q.URL.Path == "/pay" && b.done["/pay"] == 1 {
			b.kill()
			close(b.dead)
			<-q.Context().Done() // the server gives up, or is gone
		}
		fmt.Fprintf(w, "receipt %d", b.done[q.URL.Path])
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *bank) times(path string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.done[path]
}

const payTask = `export default async (i) => {
	const out = [];
	for (const step of ["reserve", "pay"]) {
		const r = await fetch(i.url + "/" + step, { method: "POST", body: { amount: 5 }, timeout: 20000 });
		out.push(r.body);
	}
	return out;
}`

// TestKilledEffectIsNotRepeated kills the server, or its workers, while a
// request is at its receiver. The retry reuses what was answered, reports what
// is unknown, and repeats neither.
func TestKilledEffectIsNotRepeated(t *testing.T) {
	for _, victim := range []string{"server", "workers"} {
		t.Run(victim, func(t *testing.T) {
			b, dir := newBank(t), t.TempDir()
			u, err := url.Parse(b.URL)
			if err != nil {
				t.Fatal(err)
			}
			env := []string{"RATCHET_HTTP_ALLOW_PRIVATE=127.0.0.1/32", "RATCHET_HTTP_ALLOW_PORTS=" + u.Port(), "RATCHET_LOG_LEVEL=error"}
			p := start(t, dir, env...)
			p.create(t, "pay", payTask, nil)
			pid := p.cmd.Process.Pid
			b.kill = func() {
				if victim == "server" {
					_ = syscall.Kill(pid, syscall.SIGKILL)
					<-p.exited
					return
				}
				all := children(pid)
				for _, child := range all {
					_ = syscall.Kill(child, syscall.SIGKILL)
				}
				for _, child := range all {
					for syscall.Kill(child, 0) == nil { // a dying one may still be given the retry
						time.Sleep(time.Millisecond)
					}
				}
			}
			first := p.must(t, "ratchet_execute_task", object{"task_id": "pay", "input": object{"url": b.URL}, "wait": 0})
			id, _ := first["execution_id"].(string)
			if victim == "server" {
				<-p.exited
				p = start(t, dir, env...)
			}
			failed := p.must(t, "ratchet_get_execution_status", object{"execution_id": id, "wait": 20})
			if failed["status"] != "failed" {
				t.Fatalf("the killed run is %v", failed)
			}
			if told := fmt.Sprint(failed["error_details"]); !strings.Contains(told, "unknown_effects") || !strings.Contains(told, b.URL+"/pay") {
				t.Errorf("the killed run does not name its unknown effect: %s", told)
			}
			<-b.dead // the victims after the one that ran
			for range 2 {
				again, err := p.call(t.Context(), "ratchet_retry_execution", object{"execution_id": id})
				problem := fmt.Sprint(again.Value["error"])
				if err != nil || !again.IsError || !strings.Contains(problem, "EffectUnknownError") || !strings.Contains(problem, b.URL+"/pay") {
					t.Errorf("the retry ended as %v, %v", again, err)
				}
			}
			if b.times("/reserve") != 1 || b.times("/pay") != 1 {
				t.Errorf("made %d and %d times", b.times("/reserve"), b.times("/pay"))
			}
			anew := p.must(t, "ratchet_retry_execution", object{"execution_id": id, "reset_state": true})
			if anew["status"] != "completed" || b.times("/reserve") != 2 || b.times("/pay") != 2 {
				t.Errorf("reset_state: %v, made %d and %d times", anew, b.times("/reserve"), b.times("/pay"))
			}
		})
	}
}

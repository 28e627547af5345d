package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// build builds the program again, in another way.
func build(t *testing.T, name string, flags ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	args := append(append([]string{"build"}, flags...), "-o", path, "./cmd/ratchet")
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("build: %v: %s", err, out)
	}
	return path
}

// TestSeveral_ownersEndWhileClientsCall has five clients call on one data
// directory, two of them read-only and one with other tools, while its owners
// are killed and stopped in turn. Every call is answered once, no run is made
// twice, each client keeps its selection, and at no time do two processes have
// the database open. RATCHET_CLIENT_ROUNDS=20 is the long form, of 1,000 calls
// a round, in which a newer version takes the directory over as well.
func TestSeveral_ownersEndWhileClientsCall(t *testing.T) {
	rounds, calls := 1, 90
	text, long := os.LookupEnv("RATCHET_CLIENT_ROUNDS")
	if long {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
		calls = 1000
	}
	older, later := program(t), ""
	if long {
		later = build(t, "newer", "-ldflags", "-X main.version=9.9.9")
	}
	var sum tally
	for n := range rounds {
		r := &round{t: t, dir: t.TempDir(), program: older, calls: int64(calls)}
		r.run(later)
		if t.Failed() {
			t.Fatalf("round %d failed", n+1)
		}
		sum.add(&r.tally)
	}
	t.Logf("%d rounds of %d calls: %d answered, %d lost with their owner, %d refused by an owner that ended, %d cut off with their own process",
		rounds, calls, sum.answered.Load(), sum.lost.Load(), sum.ending.Load(), sum.cut.Load())
}

// tally is how calls ended.
type tally struct{ answered, lost, ending, cut atomic.Int64 }

func (a *tally) add(b *tally) {
	a.answered.Add(b.answered.Load())
	a.lost.Add(b.lost.Load())
	a.ending.Add(b.ending.Load())
	a.cut.Add(b.cut.Load())
}

// round is five clients and how their calls end.
type round struct {
	t       *testing.T
	dir     string
	program string // of clients that start now
	calls   int64
	tally

	asked atomic.Int64
	kills atomic.Int64 // one more at the begin and at the end of each
	seats [5]*seated
	mu    sync.Mutex
	done  map[int64]bool // inputs whose run was answered as completed
}

// seated is a client, or the one that follows it when its process has ended.
type seated struct {
	args  []string
	tools string // that are listed
	mu    sync.Mutex
	now   *client
	ended bool // its process is ended by the test
}

func (s *seated) client() *client {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (r *round) run(later string) {
	r.done = map[int64]bool{}
	for i, args := range [][]string{
		{"--toolsets", "core,control"},
		{"--read-only"},
		{"--toolsets", "core,control"},
		{"--only-tools", "ratchet_execute_task,ratchet_list_executions"},
		{"--read-only", "--toolsets", "core,control"},
	} {
		r.seats[i] = &seated{args: args}
		r.attach(r.seats[i])
		if i == 0 {
			r.seats[0].now.request(r.t, "tools/call", object{"name": "ratchet_create_task", "arguments": object{
				"name": "echo", "description": "a task of a test", "input_schema": object{}, "output_schema": object{}, "code": "export default (i) => i",
			}})
		}
	}
	watched, stop := make(chan struct{}), make(chan struct{})
	go func() { defer close(watched); r.watch(stop) }()
	var callers sync.WaitGroup
	for _, s := range r.seats {
		callers.Go(func() { r.callOn(s) })
	}
	ends := []func(){r.kill, r.terminate}
	if later != "" {
		ends = append(ends, func() { r.program = later; r.upgrade() })
	}
	for n, end := range ends {
		for r.asked.Load() < r.calls*int64(n+1)/4 && !r.t.Failed() {
			r.seats[0].client().call("ratchet_list_available_tasks", object{"limit": 1})
		}
		end()
		r.selections()
	}
	callers.Wait()
	close(stop)
	<-watched
	r.twice()
	for _, s := range r.seats {
		s.now.signal(syscall.SIGTERM)
		if len(s.now.strange) > 0 {
			r.t.Errorf("an answer that nothing waited for: %s", s.now.strange[0])
		}
	}
}

// attach starts the client of a seat and checks what it is offered.
func (r *round) attach(s *seated) {
	c := attachClient(r.t, r.program, r.dir, s.args...)
	s.mu.Lock()
	s.now, s.ended = c, false
	s.mu.Unlock()
}

// callOn calls until all calls were asked for.
func (r *round) callOn(s *seated) {
	reads := strings.Contains(strings.Join(s.args, " "), "--read-only")
	for n := r.asked.Add(1); n <= r.calls; n = r.asked.Add(1) {
		c, kills := s.client(), r.kills.Load()
		tool, args, want := "ratchet_execute_task", object{"task_id": "echo", "input": object{"n": n}}, fmt.Sprintf(`"output":{"n":%d}`, n)
		switch {
		case reads:
			tool, args, want = "ratchet_list_available_tasks", object{"limit": 1}, `"total_count"`
		case n%8 == 0 && !strings.Contains(strings.Join(s.args, " "), "--only-tools"):
			tool, want = "ratchet_create_task", fmt.Sprintf(`"name":"made-%d"`, n)
			args = object{
				"name": fmt.Sprintf("made-%d", n), "description": "a task of a test", "input_schema": object{}, "output_schema": object{},
				"code": "export default () => 1", "idempotency_key": fmt.Sprintf("key-%d", n),
			}
		}
		text := c.call(tool, args)
		s.mu.Lock()
		own := s.ended || s.now != c // its own process was ended
		s.mu.Unlock()
		switch {
		case strings.Contains(text, want):
			r.answered.Add(1)
			if tool == "ratchet_execute_task" {
				r.mu.Lock()
				r.done[n] = true
				r.mu.Unlock()
			}
		case !reads && strings.Contains(text, "worker_lost") && (r.kills.Load() != kills || kills%2 == 1):
			r.lost.Add(1)
			if tool == "ratchet_create_task" {
				if again := c.call(tool, args); !strings.Contains(again, want) {
					r.t.Errorf("a lost call, repeated with its key, was answered %q", again)
				}
			}
		case own && strings.Contains(text, "the server is shutting down"):
			r.ending.Add(1)
		case own && text == "":
			r.cut.Add(1)
		default:
			r.t.Errorf("call %d of %s was answered %q; stderr: %s", n, tool, text, c.stderr())
			return
		}
		for own && s.client() == c && !r.t.Failed() {
			r.seats[1].client().call("ratchet_list_available_tasks", object{"limit": 1}) // until it has a new process
		}
	}
}

// owned is the seat whose process is the owner; it waits until there is one.
func (r *round) owned() *seated {
	for !r.t.Failed() {
		pid := owner(r.t, r.dir)
		for _, s := range r.seats {
			if s.client().cmd.Process.Pid == pid {
				return s
			}
		}
	}
	r.t.FailNow()
	return nil
}

func (r *round) end(s *seated, by syscall.Signal) {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	s.now.signal(by)
	r.attach(s)
}

func (r *round) kill() {
	r.kills.Add(1)
	r.end(r.owned(), syscall.SIGKILL)
	r.kills.Add(1)
}

func (r *round) terminate() { r.end(r.owned(), syscall.SIGTERM) }

// upgrade has a client that is not the owner start again with a newer version,
// which takes the directory over.
func (r *round) upgrade() {
	was := r.owned()
	for _, s := range r.seats {
		if s != was {
			r.end(s, syscall.SIGTERM)
			if got := owner(r.t, r.dir); got != s.now.cmd.Process.Pid {
				r.t.Errorf("the owner is %d, not the newer version", got)
			}
			return
		}
	}
}

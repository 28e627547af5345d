package executor

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ratchet"
	"ratchet/storage"
)

// Limits of the simulated server.
const (
	simPerPrincipal = 3
	simPerTask      = 2
	simSteps        = 25
)

// TestSimulation runs seeded schedules of starts, cancels, retries, forks,
// crashes and restarts on a simulated clock and compares what callers were
// told with what is stored. RATCHET_SIM_SCHEDULES sets how many there are,
// RATCHET_SIM_SEED repeats one.
func TestSimulation(t *testing.T) {
	schedules, first := 40, 1
	if n, err := strconv.Atoi(os.Getenv("RATCHET_SIM_SCHEDULES")); err == nil {
		schedules = n
	}
	if n, err := strconv.Atoi(os.Getenv("RATCHET_SIM_SEED")); err == nil {
		schedules, first = 1, n
	}
	template := simTemplate(t)
	dir := t.TempDir()
	for seed := first; seed < first+schedules && !t.Failed(); seed++ {
		synctest.Test(t, func(t *testing.T) {
			s := &sim{
				t: t, seed: seed, dir: dir, random: rand.New(rand.NewPCG(uint64(seed), 1)), //nolint:gosec // a seed
				told: map[string]*ratchet.Execution{}, keys: map[string]string{},
			}
			s.open(template)
			for range simSteps {
				time.Sleep(time.Duration(s.random.IntN(60)) * time.Millisecond)
				s.step()
			}
			s.verify()
		})
	}
}

// simTemplate is a database with the tasks of a simulation.
func simTemplate(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "ratchet.db")
	db, err := storage.Open(context.Background(), storage.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	for name, metadata := range map[string]string{"free": `{}`, "few": fmt.Sprintf(`{"concurrency":%d}`, simPerTask)} {
		task := &ratchet.Task{
			Name: name, Version: "1.0.0", Language: ratchet.JavaScript, Enabled: true, Code: "x", Metadata: json.RawMessage(metadata),
		}
		if err := db.CreateTask(context.Background(), task, "", ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// sim is one schedule.
type sim struct {
	t      *testing.T
	seed   int
	dir    string
	random *rand.Rand
	lives  int
	n      int

	db      *storage.DB
	exec    *Executor
	workers *simWorkers
	callers sync.WaitGroup

	mu   sync.Mutex
	told map[string]*ratchet.Execution // the last that was told
	keys map[string]string             // execution of each key that was told
	ids  []string
}

func (s *sim) fail(format string, args ...any) {
	s.t.Errorf("RATCHET_SIM_SEED=%d: %s", s.seed, fmt.Sprintf(format, args...))
}

// open starts a server on a copy of a database, as after a crash.
func (s *sim) open(from string) {
	s.lives++
	path := filepath.Join(s.dir, fmt.Sprintf("%d-%d.db", s.seed, s.lives))
	synctest.Wait() // what closes files in the background is done
	// The log first: a checkpoint in between then takes nothing away.
	for _, suffix := range []string{"-wal", ""} {
		data, err := os.ReadFile(from + suffix)
		if err != nil && suffix == "" {
			s.t.Fatal(err)
		}
		if err == nil {
			if err := os.WriteFile(path+suffix, data, 0o600); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	db, err := storage.Open(context.Background(), storage.Config{Path: path})
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := db.Sweep(context.Background()); err != nil {
		s.t.Fatal(err)
	}
	s.db = db
	s.workers = &simWorkers{slots: make(chan struct{}, 4), running: map[string]int{}, ran: map[string]int{}}
	s.exec = New(Config{Store: db, Runner: s.workers, MaxConcurrent: 5, MaxWaiting: 50, PerPrincipal: simPerPrincipal})
}

// end stops the server: drained, or cut off after what is on disk was copied.
func (s *sim) end() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.exec.Drain(ctx) // it says that runs were killed
	s.callers.Wait()
	for _, b := range s.workers.broken {
		s.fail("%s", b)
	}
	if left := len(s.exec.admission.counts) + s.exec.Waiting() + len(s.exec.live); left != 0 {
		s.fail("the gate keeps %v, %d wait, %d are live", s.exec.admission.counts, s.exec.Waiting(), len(s.exec.live))
	}
	if err := s.db.Close(); err != nil {
		s.fail("close: %v", err)
	}
}

// step does one thing of the schedule.
func (s *sim) step() {
	switch k := s.random.IntN(100); {
	case k < 50:
		s.start(Request{})
	case k < 65:
		s.cancel(s.pick())
	case k < 75:
		if id := s.pick(); id != "" {
			s.start(Request{RetryOf: id, Attempt: 2})
		}
	case k < 83:
		s.fork(s.pick())
	case k < 88:
		s.exec.SetMaxConcurrent(1 + s.random.IntN(6))
	case k < 95:
		s.crash()
	default:
		s.end()
		s.open(s.db.Path())
	}
	synctest.Wait()
	s.exec.admission.mu.Lock()
	defer s.exec.admission.mu.Unlock()
	for _, w := range s.exec.admission.waiting {
		if s.exec.admission.fits(w) {
			s.fail("a run waits although it fits")
		}
	}
}

func (s *sim) pick() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.ids) == 0 {
		return ""
	}
	return s.ids[s.random.IntN(len(s.ids))]
}

// start runs a task, and lets a caller wait for it.
func (s *sim) start(req Request) {
	s.n++
	in := simInput{N: s.n, MS: s.random.IntN(400), End: "ok", Deaf: s.random.IntN(6) == 0, Lines: s.random.IntN(4)}
	if k := s.random.IntN(6); k < 2 {
		in.End = []string{"fail", "crash"}[k]
	}
	req.Input, _ = json.Marshal(in) // plain values
	req.Task = []string{"free", "few"}[s.random.IntN(2)]
	req.Principal = []string{"", "ann", "bob"}[s.random.IntN(3)]
	req.Priority = ratchet.Priority(s.random.IntN(3)) + ratchet.PriorityLow
	if s.random.IntN(3) == 0 {
		req.IdempotencyKey = fmt.Sprint("k", s.n)
	}
	wait := time.Duration(s.random.IntN(600)) * time.Millisecond
	s.callers.Go(func() {
		h, err := s.exec.Start(context.Background(), req)
		if err != nil {
			if c := ratchet.CodeOf(err); c != ratchet.CodeUnavailable {
				s.fail("start: %v", err)
			}
			return
		}
		s.await(h, wait)
		if req.IdempotencyKey != "" {
			again, err := s.exec.Start(context.Background(), req)
			if err == nil && again.ID != h.ID {
				s.fail("key %s ran %s and %s", req.IdempotencyKey, h.ID, again.ID)
			}
		}
	})
}

// await waits for a run and writes down what it is told.
func (s *sim) await(h *Handle, d time.Duration) {
	x, err := h.Wait(context.Background(), d)
	if err != nil {
		s.fail("wait for %s: %v", h.ID, err)
		return
	}
	s.tell(x)
}

func (s *sim) tell(x *ratchet.Execution) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.told[x.ID]
	if before == nil {
		s.ids = append(s.ids, x.ID)
	}
	if before != nil && before.Status.Terminal() {
		if before.Status != x.Status {
			s.fail("%s was told to be %s and then %s", x.ID, before.Status, x.Status)
		}
		return
	}
	s.told[x.ID] = x
}

func (s *sim) cancel(id string) {
	if id == "" {
		return
	}
	force := s.random.IntN(2) == 0
	s.callers.Go(func() {
		x, err := s.exec.Cancel(context.Background(), id, "enough", force)
		switch {
		case err == nil:
			s.tell(x)
		case ratchet.CodeOf(err) != ratchet.CodeConflict:
			s.fail("cancel %s: %v", id, err)
		}
	})
}

func (s *sim) fork(id string) {
	if id == "" {
		return
	}
	s.callers.Go(func() {
		h, err := s.exec.Fork(context.Background(), ForkRequest{Execution: id})
		if err != nil {
			if c := ratchet.CodeOf(err); c != ratchet.CodeConflict && c != ratchet.CodeGone && c != ratchet.CodeUnavailable {
				s.fail("fork %s: %v", id, err)
			}
			return
		}
		s.await(h, time.Second)
	})
}

// crash cuts the server off where it stands: what it stored until now is what
// the next one finds, and what it tells after that is told to nobody.
func (s *sim) crash() {
	synctest.Wait() // the writer is between two transactions
	s.mu.Lock()
	told, ids := map[string]*ratchet.Execution{}, append([]string(nil), s.ids...)
	for id, x := range s.told {
		told[id] = x
	}
	s.mu.Unlock()
	dead, workers, db := s.exec, s.workers, s.db
	s.open(db.Path())
	next, nextWorkers, nextDB := s.exec, s.workers, s.db
	s.exec, s.workers, s.db = dead, workers, db
	s.end()
	s.exec, s.workers, s.db = next, nextWorkers, nextDB
	s.mu.Lock()
	s.told, s.ids = told, ids
	s.mu.Unlock()
}

// verify compares what was told with what is stored after all has ended.
func (s *sim) verify() {
	time.Sleep(20 * time.Second)
	s.callers.Wait()
	for id, told := range s.told {
		x, err := s.db.Execution(context.Background(), id)
		switch {
		case err != nil:
			s.fail("%s was told to be %s: %v", id, told.Status, err)
			continue
		case !x.Status.Terminal():
			s.fail("%s is %s for ever", id, x.Status)
		case told.Status.Terminal() && (told.Status != x.Status || string(told.Output) != string(x.Output)):
			s.fail("%s was told to be %s %s and is %s %s", id, told.Status, told.Output, x.Status, x.Output)
		}
		s.verifyRun(x)
	}
	s.end()
}

// verifyRun checks that a run ended as its input says it can.
func (s *sim) verifyRun(x *ratchet.Execution) {
	var in simInput
	if err := json.Unmarshal(x.Input, &in); err != nil {
		s.fail("%s: %v", x.ID, err)
		return
	}
	if x.Status == ratchet.StatusCompleted {
		page, err := s.db.Logs(context.Background(), x.ID, storage.LogQuery{})
		if in.End != "ok" || string(x.Output) != string(x.Input) || err != nil || page.Total != in.Lines {
			s.fail("%s completed: input %s, output %s, %d lines, %v", x.ID, x.Input, x.Output, page.Total, err)
		}
	}
	if x.Status == ratchet.StatusTimedOut {
		s.fail("%s timed out", x.ID)
	}
}

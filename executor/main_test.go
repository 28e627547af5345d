package executor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime/broker"
	"ratchet/runtime/worker"
	"ratchet/secrets"
	"ratchet/spool"
	"ratchet/storage"
)

// The test binary is its own worker.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Argument {
		if err := worker.Serve(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	signal.Ignore(syscall.SIGXFSZ) // TestFullDisk
	goleak.VerifyTestMain(m)
}

// rig is an executor over a real store and real workers.
type rig struct {
	*executor.Executor
	store  *storage.DB
	bodies *spool.Store
	bus    *ratchet.Bus
}

func newRig(t testing.TB, change func(*executor.Config)) rig {
	t.Helper()
	ctx := context.Background()
	db, err := storage.Open(ctx, storage.Config{Path: filepath.Join(t.TempDir(), "ratchet.db")})
	if err != nil {
		t.Fatal(err)
	}
	pool, err := worker.NewPool(worker.Config{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	b := broker.New(broker.Config{})
	bus, bodies := new(ratchet.Bus), spool.Open(t.TempDir(), spool.Limits{})
	cfg := executor.Config{
		Store: db, Runner: pool, Broker: b, Bus: bus, Bodies: bodies,
		Secrets: vault(t, db),
	}
	if change != nil {
		change(&cfg)
	}
	e := executor.New(cfg)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		if err := e.Drain(ctx); err != nil {
			t.Error("drain:", err)
		}
		if err := pool.Close(ctx); err != nil {
			t.Error("close the pool:", err)
		}
		b.Close()
		if u := cfg.Bodies.Usage(); u != (spool.Usage{}) {
			t.Errorf("bodies are still held: %+v", u)
		}
		if err := cfg.Bodies.Close(); err != nil {
			t.Error("close the bodies:", err)
		}
		if err := db.Close(); err != nil {
			t.Error("close the store:", err)
		}
	})
	return rig{e, db, cfg.Bodies, bus}
}

// vault keeps one secret, TOKEN, which every task may read.
func vault(t testing.TB, db *storage.DB) *secrets.Vault {
	t.Helper()
	v, err := secrets.Open(secrets.Config{Store: db})
	if err != nil {
		t.Fatal(err)
	}
	value, readable := `s3cr3t-"value"`, true
	_, err = v.Set(context.Background(), ratchet.SecretUpdate{Name: "TOKEN", Value: &value, TaskPatterns: []string{"*"}, Readable: &readable})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// task stores a task made of code and what change sets.
func (r rig) task(t testing.TB, code string, change func(*ratchet.Task)) *ratchet.Task {
	t.Helper()
	task := &ratchet.Task{Name: "t", Version: "1.0.0", Description: "d", Language: ratchet.JavaScript, Enabled: true, Code: code}
	if change != nil {
		change(task)
	}
	if err := r.store.CreateTask(context.Background(), task, "", ""); err != nil {
		t.Fatal(err)
	}
	return task
}

// run executes task t and waits for its end.
func (r rig) run(t testing.TB, input string) *ratchet.Execution {
	t.Helper()
	h, err := r.Start(context.Background(), executor.Request{Task: "t", Input: json.RawMessage(input)})
	if err != nil {
		t.Fatal(err)
	}
	x, err := h.Wait(context.Background(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

package storage

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"ratchet"
)

// victim inserts and finishes executions from 8 goroutines and says which were
// acknowledged, until it is killed.
func victim(path string) {
	db, err := Open(context.Background(), Config{Path: path})
	if err != nil {
		fmt.Println("error", err)
		return
	}
	var mu sync.Mutex
	say := func(what, id string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Println(what, id) // unbuffered: one write each
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				e := &ratchet.Execution{TaskID: "t", TaskName: "t", Status: ratchet.StatusRunning, Input: []byte(`{}`)}
				if err := db.InsertExecution(context.Background(), e); err != nil {
					say("error", err.Error())
					return
				}
				say("inserted", e.ID)
				e.Status, e.Output = ratchet.StatusCompleted, []byte(`1`)
				if err := db.FinishExecution(context.Background(), e, Finish{Tape: []byte{1}}); err != nil {
					say("error", err.Error())
					return
				}
				say("finished", e.ID)
			}
		})
	}
	wg.Wait()
}

func TestKill_acknowledgedWritesSurvive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ratchet.db")
	acknowledged := map[string]string{}
	for range 4 {
		lines := 200 + rand.IntN(400)
		killAfter(t, path, lines, acknowledged)
		db, err := Open(context.Background(), Config{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		for id, what := range acknowledged {
			e, err := db.Execution(context.Background(), id)
			if err != nil {
				t.Fatalf("%s %s: %v", what, id, err)
			}
			if what == "finished" && e.Status != ratchet.StatusCompleted || !e.Status.Terminal() {
				t.Errorf("%s %s is %s", what, id, e.Status)
			}
			if tape, err := db.Tape(context.Background(), id); what == "finished" && (err != nil || len(tape) != 1) {
				t.Errorf("%s: tape %v, %v", id, tape, err)
			}
		}
		left, err := db.ListExecutions(context.Background(), ratchet.Query{Filters: []ratchet.Filter{{Field: "can_cancel", Value: true}}})
		if err != nil || left.Total != 0 {
			t.Errorf("%d executions left open, %v", left.Total, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(acknowledged) < 300 {
		t.Errorf("only %d executions were acknowledged", len(acknowledged))
	}
}

// killAfter runs a victim, kills it after so many lines and notes what it said.
func killAfter(t *testing.T, path string, lines int, acknowledged map[string]string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "RATCHET_STORAGE_VICTIM="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	scanner := bufio.NewScanner(out)
	for n := 0; scanner.Scan(); n++ {
		if n == lines {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		what, id, ok := strings.Cut(scanner.Text(), " ")
		if what == "error" {
			t.Fatal(id)
		}
		if ok && len(id) == 36 {
			acknowledged[id] = what
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the victim ended by itself")
	}
}

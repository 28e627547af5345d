package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// selections checks that each client is offered what it was, and no more.
func (r *round) selections() {
	for i, s := range r.seats {
		var list struct {
			Result struct{ Tools []struct{ Name string } }
		}
		text := s.client().ask("tools/list", object{})
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			r.t.Fatalf("tools/list: %q", text)
		}
		names := fmt.Sprint(list.Result.Tools)
		if s.tools == "" {
			s.tools = names
		}
		if names != s.tools {
			r.t.Errorf("client %v is offered %s, and was %s", s.args, names, s.tools)
		}
		for tool, allowed := range map[string]bool{"ratchet_create_task": i == 0 || i == 2, "ratchet_execute_task": i != 1 && i != 4} {
			if text := s.client().call(tool, object{}); strings.Contains(text, "is not offered") == allowed {
				r.t.Errorf("client %v called %s: %s", s.args, tool, text)
			}
		}
	}
}

// stored is an execution in the list.
type stored struct {
	ID     string
	Status string
	Output *struct{ N int64 }
}

// twice checks that each answered run is stored once, and no other twice.
func (r *round) twice() {
	made := map[int64]int{}
	for cursor := ""; ; {
		args := object{"limit": 100, "include_output": true, "verbose": true}
		if cursor != "" {
			args["cursor"] = cursor
		}
		var page struct {
			Executions []stored
			NextCursor string `json:"next_cursor"`
		}
		r.read("ratchet_list_executions", args, &page)
		for _, x := range page.Executions {
			made[r.input(x)]++
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	for n, times := range made {
		if times != 1 {
			r.t.Errorf("run %d was made %d times", n, times)
		}
	}
	for n := range r.done {
		if made[n] == 0 {
			r.t.Errorf("run %d was answered and is not stored", n)
		}
	}
}

// input is the number that a run was given.
func (r *round) input(x stored) int64 {
	if x.Output != nil {
		return x.Output.N
	}
	var one struct{ Input struct{ N int64 } }
	r.read("ratchet_get_execution_status", object{"execution_id": x.ID, "verbose": true}, &one)
	if x.Status != "failed" {
		r.t.Errorf("run %d is left %s", one.Input.N, x.Status)
	}
	return one.Input.N
}

// read calls a tool and reads its result into out.
func (r *round) read(tool string, args object, out any) {
	text := r.seats[0].now.request(r.t, "tools/call", object{"name": tool, "arguments": args})
	result := struct {
		Result struct{ StructuredContent any }
	}{}
	result.Result.StructuredContent = out
	if err := json.Unmarshal([]byte(text), &result); err != nil {
		r.t.Fatal(err)
	}
}

// watch looks again and again for two processes that have the database open.
func (r *round) watch(stop chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		var pids []int
		for _, s := range r.seats {
			pids = append(pids, s.client().cmd.Process.Pid)
		}
		first := writers(pids, r.dir)
		if len(first) < 2 {
			continue
		}
		if again := writers(first[:1], r.dir); len(again) > 0 { // still, after the second was seen
			r.t.Errorf("two processes have the database open: %v", first)
			return
		}
	}
}

// writers are the processes that have the write-ahead log open.
func writers(pids []int, dir string) (found []int) {
	for _, pid := range pids {
		fds := fmt.Sprintf("/proc/%d/fd", pid)
		entries, _ := os.ReadDir(fds) // none where there is no /proc
		for _, e := range entries {
			if name, _ := os.Readlink(filepath.Join(fds, e.Name())); name == filepath.Join(dir, "ratchet.db-wal") {
				found = append(found, pid)
				break
			}
		}
	}
	return found
}

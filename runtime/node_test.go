package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var askNode = flag.Bool("node", false, "write what Node.js gives for testdata/node into the golden files")

// TestNode runs the programs of testdata/node, whose values Node.js 20 has
// written down: plain, counted, profiled, debugged and replayed they mean the
// same. With -node the values are written anew.
func TestNode(t *testing.T) {
	files, err := filepath.Glob("testdata/node/*.[jt]s")
	if err != nil || len(files) == 0 {
		t.Fatalf("find programs: %v, %d", err, len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { nodeCase(t, file) })
	}
}

func nodeCase(t *testing.T, file string) {
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	golden := strings.TrimSuffix(file, filepath.Ext(file)) + ".golden.json"
	if *askNode {
		out, err := nodeCommand(file).Output()
		if err != nil {
			t.Fatalf("node: %v", err)
		}
		if err := os.WriteFile(golden, out, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	job := Job{ExecutionID: "e1", Source: Source{Name: filepath.Base(file), Code: string(source)}}
	if strings.HasSuffix(file, ".ts") {
		job.Source.Language = "typescript"
	}
	plainRun := record(t, context.Background(), job, nil, nil)
	compareNode(t, "plain", plainRun.out, want)
	compareNode(t, "replayed", plainRun.again(job).out, want)
	for name, job := range map[string]Job{
		"counted":  {Source: job.Source, Coverage: true},
		"profiled": {Source: job.Source, Profile: true},
	} {
		compareNode(t, name, Run(context.Background(), job, Hooks{}), want)
	}
	s := debugRun(t, job.Source.Code, "{}", Debug{}, func(j *Job) { j.Source = job.Source })
	compareNode(t, "debugged", s.end(), want)
}

func compareNode(t *testing.T, name string, out Outcome, want []byte) {
	t.Helper()
	if out.Err != nil {
		t.Errorf("%s: %+v", name, out.Err)
		return
	}
	var got, wanted any
	if err := json.Unmarshal(out.Output, &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(bytes.TrimSpace(want), &wanted); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("%s (-node +ours):\n%s", name, diff)
	}
}

func nodeCommand(file string) *exec.Cmd {
	c := exec.Command("node", "testdata/node/run.mjs", file)
	c.Env = append(os.Environ(), "TZ=UTC")
	return c
}

package runtime

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWebGolden runs programs whose results Node.js 20 has written down where it
// has the API. Lines where Node differs from the standard are the standard's:
// a ^ in a path is escaped, .. at the root of other schemes leaves a slash, an
// opaque base takes a fragment only, the host setter of other schemes takes an
// empty host and a port but no port alone, and the names of crypto's errors.
func TestWebGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/web/*.js")
	if err != nil || len(files) == 0 {
		t.Fatalf("find programs: %v, %d", err, len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			golden, err := os.ReadFile(strings.TrimSuffix(file, ".js") + ".golden.json")
			if err != nil {
				t.Fatal(err)
			}
			out := Run(context.Background(), Job{Source: Source{Name: "main.js", Code: string(source), Language: "javascript"}}, Hooks{})
			if out.Err != nil {
				t.Fatalf("run: %+v", out.Err)
			}
			var got, want []string
			if err := json.Unmarshal(out.Output, &got); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(golden, &want); err != nil {
				t.Fatal(err)
			}
			if len(got) != len(want) {
				t.Fatalf("%d results, want %d", len(got), len(want))
			}
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("result %d:\n got %s\nwant %s", i, got[i], want[i])
				}
			}
		})
	}
}

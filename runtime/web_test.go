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

// FuzzURL checks that parsing never panics and that an href parses to itself.
func FuzzURL(f *testing.F) {
	for _, s := range []string{"http://a/b?c#d", "foo:/..//x", "http://[::1]:8/", "file:///C|/x", "mailto:x y", "http://0x7f.1", "http://ü@é/"} {
		f.Add(s, "http://base/p", "host", "x:1")
	}
	f.Fuzz(func(t *testing.T, input, base, part, value string) {
		b, ok := parseURL(base, nil)
		if !ok {
			b = nil
		}
		u, ok := parseURL(input, b)
		if !ok {
			return
		}
		checkHref(t, u)
		u.set(part, value)
		if !u.opaque { // a setter may leave an opaque path that ends in spaces
			checkHref(t, u)
		}
	})
}

func checkHref(t *testing.T, u *webURL) {
	t.Helper()
	href := u.href()
	again, ok := parseURL(href, nil)
	if !ok {
		t.Fatalf("href %q does not parse", href)
	}
	if again.href() != href {
		t.Fatalf("href %q parses to %q", href, again.href())
	}
}

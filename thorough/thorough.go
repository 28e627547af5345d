// Package thorough says how much the longest tests do. `go test ./...` is to
// end within minutes on two cores, so tables of single calls play a sample by
// default, and generated checks are fewer. With RATCHET_TESTS=full in the
// environment they do everything, as .ci/run does.
//
// Only tests may import it.
package thorough

import (
	"flag"
	"os"
	"strconv"
	"testing"
)

// Wanted reports whether tests are to do everything they can.
func Wanted() bool { return os.Getenv("RATCHET_TESTS") == "full" }

// Of is all when tests are to do everything they can, else some.
func Of(some, all int) int {
	if Wanted() {
		return all
	}
	return some
}

// Checks sets how many checks rapid makes until the test ends, unless the
// flag -rapid.checks says so.
func Checks(t testing.TB, n int) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	if f == nil {
		t.Fatal("the test does not import rapid")
		return
	}
	was := f.Value.String()
	if was != f.DefValue {
		return
	}
	if err := f.Value.Set(strconv.Itoa(n)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Value.Set(was) })
}

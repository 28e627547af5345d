package e2e_test

import (
	"encoding/json"
	"os/exec"
	"testing"

	"ratchet/thorough"
)

// TestChaos is a short run of `bench chaos`; the checks make a longer one.
func TestChaos(t *testing.T) {
	if !thorough.Wanted() {
		t.Skip("the command is checked by itself: set RATCHET_TESTS=full")
	}
	out, err := exec.Command(program(t), "bench", "chaos", "--seed", "2", "--duration", "4s", "--json").Output()
	var report struct {
		Counts map[string]int
		Broken []struct{ What string }
	}
	if decodeErr := json.Unmarshal(out, &report); decodeErr != nil {
		t.Fatal(decodeErr, err, string(out))
	}
	if err != nil || len(report.Broken) > 0 {
		t.Errorf("%v: %s", err, out)
	}
	for _, what := range []string{"executions acknowledged and found", "audit entries in an unbroken chain", "effects made"} {
		if report.Counts[what] == 0 {
			t.Errorf("no %s: %s", what, out)
		}
	}
}

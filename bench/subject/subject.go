// Package subject has what the benches share that start this program as a
// server and watch it from outside:
//
//	cmd.Env = subject.Environment(dir, "RATCHET_LOG_LEVEL=error")
//	if url := subject.Address(line); url != "" { … } // a line of its stderr
//
// Only packages of bench may import it.
package subject

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Environment is this process's without what configures a server, with home as
// the home folder, and extra.
func Environment(home string, extra ...string) []string {
	env := slices.DeleteFunc(os.Environ(), func(s string) bool {
		return strings.HasPrefix(s, "RATCHET_") || strings.HasPrefix(s, "HOME=") || strings.HasPrefix(s, "XDG_")
	})
	return append(append(env, "HOME="+home), extra...)
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// Address is the URL in a line that a server says; empty when it has none.
func Address(line string) string { return address.FindString(line) }

// Metric reads one value without labels from the metrics of the server at url.
// An empty key asks without one.
func Metric(ctx context.Context, client *http.Client, url, key, name string) (float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	if key != "" {
		req.Header.Set("X-API-Key", key)
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, fmt.Errorf("the metrics lack %s (status %d)", name, res.StatusCode)
}

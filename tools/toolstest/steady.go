package toolstest

import (
	"os"
	"regexp"
	"slices"
	"strings"
)

var (
	anID      = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	aTime     = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)
	aDigest   = regexp.MustCompile(`\b[0-9a-f]{16,64}\b`)
	aRecorded = regexp.MustCompile(`^recorded [0-9a-f]{8}$`)
	aKey      = regexp.MustCompile(`\brk_[\w-]+`)
	aMeasure  = regexp.MustCompile(`\d+(\.\d+)? (ms|s|MiB|KiB|bytes)\b`)
	aFrame    = regexp.MustCompile(`(?m)^([^;\s]+(?:;.*)?) \d+$`)     // a folded stack and its weight
	aLevel    = regexp.MustCompile(`^isolation (not known yet|\w+)$`) // known with the first worker
	aTempPath = regexp.MustCompile(regexp.QuoteMeta(strings.TrimSuffix(os.TempDir(), "/")) + `/[^\s"]+`)
)

// measured are the keys of what a run measures and of what is chosen at random.
func measured() []string {
	return []string{
		"revision", "uptime_seconds", "total_samples", "was_queued", "bytes_free", "size_bytes", "pid", "cpu_time_ms", "memory_peak_mb",
		"running", "ready", "busy", // workers start a moment after the server
	}
}

// Steady takes out of a result, read from JSON, what differs from one run of
// the same to the next: identifiers, times, durations, digests, measures. Two
// surfaces that answer alike have equal steady results. v is changed.
func Steady(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			text, isText := value.(string)
			switch {
			case key == "request_id":
				delete(v, key)
			case key == "flamegraph_data" && isText: // which frames took a microsecond differs
				root, _, _ := strings.Cut(text, ";")
				v[key] = root + ";…"
			case slices.Contains(measured(), key), key == "workers" && isList(value):
				v[key] = "measured"
			case value != nil && (strings.HasSuffix(key, "_ms") || strings.HasSuffix(key, "_us")):
				v[key] = "duration"
			default:
				v[key] = Steady(value)
			}
		}
	case []any:
		v = slices.DeleteFunc(v, isolationUnknown)
		for i := range v {
			v[i] = Steady(v[i])
		}
		return v
	case string:
		for _, r := range []struct {
			what *regexp.Regexp
			by   string
		}{{aTempPath, "path"}, {anID, "id"}, {aTime, "time"}, {aRecorded, "recorded id"}, {aKey, "key"}, {aDigest, "digest"}, {aMeasure, "measure"}, {aLevel, "isolation"}, {aFrame, "$1 weight"}} {
			v = r.what.ReplaceAllString(v, r.by)
		}
		return v
	}
	return v
}

func isList(v any) bool { _, ok := v.([]any); return ok }

// isolationUnknown finds what a security audit says until the first worker has started.
func isolationUnknown(v any) bool {
	finding, ok := v.(map[string]any)
	return ok && finding["id"] == "isolation-unknown"
}

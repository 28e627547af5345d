package sources

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"ratchet/executor/policy"

	"github.com/Masterminds/semver/v3"

	"ratchet"
	"ratchet/schema"
)

// shape is what the keys must be that the server acts on, or will pass on.
type shape struct {
	RatchetVersion string   `json:"ratchet_version"`
	Timeout        float64  `json:"timeout"`
	Concurrency    int      `json:"concurrency"`
	ConcurrencyKey string   `json:"concurrency_key"`
	Secrets        []string `json:"secrets"`
	Dependencies   []string `json:"dependencies"`
	Deterministic  bool     `json:"deterministic"`
	ReadOnly       bool     `json:"readonly"`
	Deprecated     bool     `json:"deprecated"`
	Retry          *struct {
		MaxRetries   int      `json:"max_retries"`
		DelaySeconds float64  `json:"delay_seconds"`
		Backoff      string   `json:"backoff"`
		On           []string `json:"on"`
	} `json:"retry"`
	HTTP *struct {
		AllowHosts       []string `json:"allow_hosts"`
		DenyHosts        []string `json:"deny_hosts"`
		ThrowOnError     bool     `json:"throw_on_error"`
		Timeout          float64  `json:"timeout"`
		MaxResponseBytes int      `json:"max_response_bytes"`
	} `json:"http"`
	Effects *struct {
		RepeatUnknown bool `json:"repeat_unknown"`
	} `json:"effects"`
}

// groupKeys are the keys of the groups, which take no others.
var groupKeys = map[string][]string{
	"effects": {"repeat_unknown"},
	"http":    {"allow_hosts", "deny_hosts", "throw_on_error", "timeout", "max_response_bytes"},
	"retry":   {"max_retries", "delay_seconds", "backoff", "on"},
}

// shapes checks the types and ranges of the metadata.
func (l *loader) shapes(file string, raw json.RawMessage) {
	var m shape
	if err := json.Unmarshal(raw, &m); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			l.problem(file, l.line(kind.Field), "", "key %s is %s, want %s", kind.Field, ratchet.Article(kind.Value), wanted(kind.Type))
		}
		return
	}
	l.groups(file, raw)
	if m.RatchetVersion != "" {
		if _, err := semver.NewConstraint(m.RatchetVersion); err != nil {
			l.problem(file, l.line("ratchet_version"), `e.g. ">=0.1, <2"`, "key ratchet_version is %q, not a range of versions", m.RatchetVersion)
		}
	}
	if r := m.Retry; r != nil {
		switch {
		case r.MaxRetries < 0 || r.MaxRetries > 100:
			l.problem(file, l.line("retry.max_retries"), "", "key retry.max_retries is %d, want 0 to 100", r.MaxRetries)
		case r.DelaySeconds < 0 || r.DelaySeconds > 86_400:
			l.problem(file, l.line("retry.delay_seconds"), "", "key retry.delay_seconds is %v, want 0 to 86400", r.DelaySeconds)
		}
	}
	if _, err := policy.Parse(raw); err != nil {
		e := ratchet.AsError(err)
		at, _ := e.Fields[ratchet.FieldPointer].(string)
		key := strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(at, "/metadata"), "/"), "/", ".")
		l.problem(file, l.line(key), "", "%s", e.Message)
	}
}

// groups refuses keys of a group that mean nothing.
func (l *loader) groups(file string, raw json.RawMessage) {
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return // reported before
	}
	for _, group := range slices.Sorted(maps.Keys(groupKeys)) {
		var keys map[string]json.RawMessage
		if json.Unmarshal(all[group], &keys) != nil {
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			if slices.Contains(groupKeys[group], key) {
				continue
			}
			hint := "known are " + strings.Join(groupKeys[group], ", ")
			if near := schema.Nearest(key, groupKeys[group]); near != "" {
				hint = "did you mean " + near + "?"
			}
			l.problem(file, l.line(group+"."+key), hint, "key %s.%s is unknown", group, key)
		}
	}
}

// wanted names a Go type as people say it.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	default:
		return t.String()
	}
}

// Supported says whether this version of Ratchet is in the range that a task's
// ratchet_version names: nil, or an error with CodeInvalid and the reason. A
// pre-release counts as its release.
func Supported(task *ratchet.Task, version string) error {
	var m struct {
		Range string `json:"ratchet_version"`
	}
	if json.Unmarshal(task.Metadata, &m) != nil || m.Range == "" {
		return nil
	}
	wanted, err := semver.NewConstraint(m.Range)
	if err != nil {
		return ratchet.Errorf(ratchet.CodeInvalid, "task %s: ratchet_version %q is not a range of versions", task.Name, m.Range).Wrap(err)
	}
	own, err := semver.NewVersion(version)
	if err != nil {
		return fmt.Errorf("read the version of this program %q: %w", version, err)
	}
	release, err := own.SetPrerelease("")
	if err != nil {
		return fmt.Errorf("read the version of this program %q: %w", version, err)
	}
	if !wanted.Check(&release) {
		return ratchet.Errorf(ratchet.CodeInvalid, "task %s needs Ratchet %s, and this is %s", task.Name, m.Range, version).
			At("/metadata/ratchet_version").WithHint("update Ratchet, or widen ratchet_version in the metadata")
	}
	return nil
}

package policy

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"ratchet"
)

// Policy is the part of a task's metadata that the server enforces. Zero
// values mean the server's defaults.
type Policy struct {
	Timeout        time.Duration // of one run
	Memory         int64         // bytes
	CPUTime        time.Duration // CPU seconds of one run; excludes CPUShare
	CPUShare       float64       // part of the timeout, above 0 to 1
	Concurrency    int           // running at once
	ConcurrencyKey string        // JSON pointer into the input
	HTTP           HTTPPolicy
	Secrets        []string // names the task may read
	Deprecated     bool
	DeprecationMsg string
	ReadOnly       bool
	RepeatUnknown  bool // requests of unknown outcome may be repeated under their key
}

// HTTPPolicy bounds a task's requests.
type HTTPPolicy struct {
	AllowHosts       []string
	DenyHosts        []string
	ThrowOnError     bool
	Timeout          time.Duration // of one request
	MaxResponseBytes int
}

// metadata mirrors the keys of metadata.json that Policy reads. The loose
// fields accept the spellings people write.
type metadata struct {
	Timeout        json.Number     `json:"timeout"`
	MemoryLimit    json.RawMessage `json:"memory_limit"`
	CPULimit       json.RawMessage `json:"cpu_limit"`
	Concurrency    int             `json:"concurrency"`
	ConcurrencyKey string          `json:"concurrency_key"`
	HTTP           struct {
		AllowHosts       []string    `json:"allow_hosts"`
		DenyHosts        []string    `json:"deny_hosts"`
		ThrowOnError     bool        `json:"throw_on_error"`
		Timeout          json.Number `json:"timeout"`
		MaxResponseBytes int         `json:"max_response_bytes"`
	} `json:"http"`
	Effects struct {
		RepeatUnknown bool `json:"repeat_unknown"`
	} `json:"effects"`
	Secrets            []string `json:"secrets"`
	Deprecated         bool     `json:"deprecated"`
	DeprecationMessage string   `json:"deprecation_message"`
	ReadOnly           bool     `json:"readonly"`
	SystemTask         bool     `json:"system_task"`
}

// Parse reads the enforced keys of a task's metadata; nil is the empty
// policy. Its errors point into the metadata.
func Parse(raw json.RawMessage) (Policy, error) {
	var p Policy
	if len(raw) == 0 {
		return p, nil
	}
	var m metadata
	if err := json.Unmarshal(raw, &m); err != nil {
		at, message := wrongKind(raw)
		return p, badMetadata(at, "%s", message)
	}
	p = Policy{
		Concurrency: m.Concurrency, ConcurrencyKey: m.ConcurrencyKey, Secrets: m.Secrets,
		Deprecated: m.Deprecated, DeprecationMsg: m.DeprecationMessage,
		ReadOnly: m.ReadOnly || m.SystemTask, RepeatUnknown: m.Effects.RepeatUnknown,
		HTTP: HTTPPolicy{
			AllowHosts: m.HTTP.AllowHosts, DenyHosts: m.HTTP.DenyHosts,
			ThrowOnError: m.HTTP.ThrowOnError, MaxResponseBytes: m.HTTP.MaxResponseBytes,
		},
	}
	var err error
	if p.Timeout, err = seconds("/timeout", m.Timeout); err != nil {
		return p, err
	}
	if p.HTTP.Timeout, err = seconds("/http/timeout", m.HTTP.Timeout); err != nil {
		return p, err
	}
	if p.Memory, err = memorySize(unquote(m.MemoryLimit)); err != nil {
		return p, err
	}
	if p.CPUShare, p.CPUTime, err = cpuLimit(m.CPULimit); err != nil {
		return p, err
	}
	return p, p.check()
}

func (p Policy) check() error {
	switch {
	case p.Concurrency < 0:
		return badMetadata("/concurrency", "concurrency is %d; it must be 0 (no limit) or more", p.Concurrency)
	case p.ConcurrencyKey != "" && !strings.HasPrefix(p.ConcurrencyKey, "/"):
		return badMetadata("/concurrency_key", "concurrency_key %q is not a JSON pointer; write /%s", p.ConcurrencyKey, p.ConcurrencyKey)
	case p.HTTP.MaxResponseBytes < 0:
		return badMetadata("/http/max_response_bytes", "http.max_response_bytes is negative")
	}
	return nil
}

func badMetadata(pointer, format string, args ...any) error {
	return ratchet.Errorf(ratchet.CodeInvalid, format, args...).At("/metadata" + pointer).
		WithHint("correct metadata; of a stored task with " + ratchet.ToolEditTask)
}

func unquote(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

func seconds(pointer string, n json.Number) (time.Duration, error) {
	if n == "" {
		return 0, nil
	}
	f, err := n.Float64()
	if err != nil || f <= 0 || f > 86_400 {
		return 0, badMetadata(pointer, "%s is %s; it must be a number of seconds above 0 and at most 86400", pointer[1:], n)
	}
	return time.Duration(f * float64(time.Second)), nil
}

var sizeUnits = []struct {
	suffix string
	bytes  float64
}{
	{"KIB", 1 << 10},
	{"MIB", 1 << 20},
	{"GIB", 1 << 30},
	{"KB", 1 << 10},
	{"MB", 1 << 20},
	{"GB", 1 << 30},
	{"K", 1 << 10},
	{"M", 1 << 20},
	{"G", 1 << 30},
	{"B", 1},
}

// memorySize reads "128MB"; units are powers of 1024 and a bare number is bytes.
func memorySize(text string) (int64, error) {
	if text == "" || text == "null" {
		return 0, nil
	}
	number, factor := strings.ToUpper(strings.TrimSpace(text)), 1.0
	for _, u := range sizeUnits {
		if rest, ok := strings.CutSuffix(number, u.suffix); ok {
			number, factor = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	f, err := strconv.ParseFloat(number, 64)
	bytes := f * factor
	if err != nil || !(bytes >= 1<<20 && bytes <= 8<<30) {
		return 0, badMetadata("/memory_limit", "memory_limit %q is not a size from 1MB to 8GB, like \"128MB\"", text)
	}
	return int64(bytes), nil
}

// cpuLimit reads "0.5" as a share of the timeout and a number above 1, or "5s",
// as CPU seconds.
func cpuLimit(raw json.RawMessage) (share float64, limit time.Duration, err error) {
	text := unquote(raw)
	if text == "" || text == "null" {
		return 0, 0, nil
	}
	number, isSeconds := strings.CutSuffix(strings.TrimSpace(text), "s")
	f, perr := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if perr != nil || !(f > 0 && f <= 86_400) {
		return 0, 0, badMetadata("/cpu_limit", "cpu_limit %q is neither a share like \"0.5\" nor CPU seconds like \"10s\"", text)
	}
	if !isSeconds && f <= 1 {
		return f, 0, nil
	}
	return 0, time.Duration(f * float64(time.Second)), nil
}

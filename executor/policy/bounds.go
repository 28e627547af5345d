package policy

import (
	"encoding/json"
	"strconv"
	"time"

	"ratchet"
)

// Bounds are the most that a task's metadata may ask for. The operator
// configures them; zero means the default in parentheses.
type Bounds struct {
	Run           time.Duration // timeout, http.timeout and CPU time, and the timeout of one call (300 s)
	Memory        int64         // memory_limit, in bytes (1 GiB)
	ResponseBytes int           // http.max_response_bytes (64 MiB)
	Concurrency   int           // concurrency (100)
}

func (b Bounds) WithDefaults() Bounds {
	if b.Run == 0 {
		b.Run = 300 * time.Second
	}
	if b.Memory == 0 {
		b.Memory = 1 << 30
	}
	if b.ResponseBytes == 0 {
		b.ResponseBytes = 64 << 20
	}
	if b.Concurrency == 0 {
		b.Concurrency = 100
	}
	return b
}

// Policy reads a task's metadata like Parse and refuses what is above a
// bound.
func (b Bounds) Policy(raw json.RawMessage) (Policy, error) {
	p, err := Parse(raw)
	if err != nil {
		return p, err
	}
	return p, b.WithDefaults().Check(p)
}

// Check compares; nothing is lowered to its bound, so that a task never runs
// with other limits than it names.
func (b Bounds) Check(p Policy) error {
	run := b.Run.Seconds()
	for _, limit := range []struct {
		pointer, key, unit string
		value, bound       float64
		setting            string
	}{
		{"/timeout", "timeout", "seconds", p.Timeout.Seconds(), run, "execution.max_execution_duration"},
		{"/cpu_limit", "cpu_limit", "seconds", p.CPUTime.Seconds(), run, "execution.max_execution_duration"},
		{"/http/timeout", "http.timeout", "seconds", p.HTTP.Timeout.Seconds(), run, "execution.max_execution_duration"},
		{"/memory_limit", "memory_limit", "bytes", float64(p.Memory), float64(b.Memory), "execution.max_memory_limit"},
		{"/http/max_response_bytes", "http.max_response_bytes", "bytes", float64(p.HTTP.MaxResponseBytes), float64(b.ResponseBytes), "http.max_response_bytes_limit"},
		{"/concurrency", "concurrency", "runs", float64(p.Concurrency), float64(b.Concurrency), "execution.max_task_concurrency"},
	} {
		if limit.value <= limit.bound {
			continue
		}
		return ratchet.Errorf(ratchet.CodeInvalid, "%s is %s %s; this server allows a task at most %s (%s)",
			limit.key, decimal(limit.value), limit.unit, decimal(limit.bound), limit.setting).
			At("/metadata"+limit.pointer).With("bound", limit.bound).With("setting", limit.setting).
			WithHint("lower %s in the task's metadata with "+ratchet.ToolEditTask+", or have the operator raise %s", limit.key, limit.setting)
	}
	return nil
}

// decimal writes a number without an exponent.
func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

package metrics

import (
	"math"
	"os"
	goruntime "runtime"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"

	"ratchet"
)

// Snapshot is the JSON form of the metrics.
type Snapshot struct {
	System      System                        `json:"system_info"`
	Performance map[string]map[string]Summary `json:"performance"` // metric -> labels -> summary
	Resources   map[string]any                `json:"resources"`   // of the process and its workers
	Application map[string]any                `json:"application"` // counters and states by metric
}

// System is where the server runs.
type System struct {
	Version string `json:"version"`
	Go      string `json:"go_version"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	CPUs    int    `json:"cpus"`
	PID     int    `json:"pid"`
	At      string `json:"timestamp"`
}

// Summary is a histogram in short. Without observations the mean is null.
type Summary struct {
	Count uint64   `json:"count"`
	Sum   float64  `json:"sum_seconds"`
	Mean  *float64 `json:"mean_seconds"`
}

// Snapshot reads the metrics that p may see.
func (m *Metrics) Snapshot(p ratchet.Principal) Snapshot {
	s := Snapshot{
		System: System{
			Version: m.cfg.Version, Go: goruntime.Version(), OS: goruntime.GOOS, Arch: goruntime.GOARCH,
			CPUs: goruntime.NumCPU(), PID: os.Getpid(), At: time.Now().UTC().Format("2006-01-02T15:04:05.000Z"),
		},
		Performance: map[string]map[string]Summary{}, Resources: map[string]any{}, Application: map[string]any{},
	}
	families, _ := m.gatherer(p).Gather() // what cannot be read is absent
	for _, f := range families {
		s.add(f)
	}
	return s
}

func (s *Snapshot) add(f *dto.MetricFamily) {
	name := f.GetName()
	group := s.Application
	if !strings.HasPrefix(name, "ratchet_") || strings.HasPrefix(name, "ratchet_workers") || strings.HasPrefix(name, "ratchet_storage") {
		group = s.Resources
	}
	name = strings.TrimPrefix(name, "ratchet_")
	values := map[string]any{}
	for _, metric := range f.GetMetric() {
		key := labels(metric)
		if h := metric.GetHistogram(); h != nil {
			summary := Summary{Count: h.GetSampleCount(), Sum: h.GetSampleSum()}
			if summary.Count > 0 {
				mean := summary.Sum / float64(summary.Count)
				summary.Mean = &mean
			}
			if s.Performance[name] == nil {
				s.Performance[name] = map[string]Summary{}
			}
			s.Performance[name][key] = summary
			continue
		}
		if v := value(metric); !math.IsNaN(v) && !math.IsInf(v, 0) {
			values[key] = v
		}
	}
	switch only, single := values[""]; {
	case single && len(values) == 1:
		group[name] = only
	case len(values) > 0:
		group[name] = values
	}
}

func value(m *dto.Metric) float64 {
	switch {
	case m.Counter != nil:
		return m.Counter.GetValue()
	case m.Gauge != nil:
		return m.Gauge.GetValue()
	default:
		return math.NaN()
	}
}

// labels is "a=1,b=2"; empty without labels.
func labels(m *dto.Metric) string {
	pairs := make([]string, 0, len(m.GetLabel()))
	for _, l := range m.GetLabel() {
		pairs = append(pairs, l.GetName()+"="+l.GetValue())
	}
	return strings.Join(pairs, ",")
}

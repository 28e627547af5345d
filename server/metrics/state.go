package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// scrapeTime bounds what one scrape may ask of the store.
const scrapeTime = 2 * time.Second

var (
	tasksDesc   = prometheus.NewDesc("ratchet_tasks", "Tasks stored.", nil, nil)
	storedDesc  = prometheus.NewDesc("ratchet_executions_stored", "Executions stored, by status, without those of tests.", []string{"status"}, nil)
	storedTests = prometheus.NewDesc("ratchet_test_executions_stored", "Executions of tests stored, by status.", []string{"status"}, nil)
	bytesDesc   = prometheus.NewDesc("ratchet_storage_bytes", "Size of the database file, used and free.", []string{"part"}, nil)
	connsDesc   = prometheus.NewDesc("ratchet_database_connections_active", "Database connections in use.", nil, nil)
	workersDesc = prometheus.NewDesc("ratchet_workers", "Worker processes, by state.", []string{"state"}, nil)
	memoryDesc  = prometheus.NewDesc("ratchet_workers_resident_memory_bytes", "Resident memory of all worker processes.", nil, nil)
	infoDesc    = prometheus.NewDesc("ratchet_build_info", "The server's version.", []string{"version"}, nil)
)

// state reads what is true at the moment of a scrape.
type state struct{ m *Metrics }

// Describe names the metrics.
func (s *state) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{tasksDesc, storedDesc, storedTests, bytesDesc, connsDesc, workersDesc, memoryDesc, infoDesc} {
		out <- d
	}
}

// Collect reads the store and the pool. What cannot be read is left out.
func (s *state) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(infoDesc, 1, s.m.cfg.Version)
	if s.m.cfg.Store != nil {
		ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
		defer cancel()
		if size, err := s.m.cfg.Store.Size(ctx); err == nil {
			gauge(tasksDesc, float64(size.Tasks))
			gauge(bytesDesc, float64(size.FileBytes-size.FreeBytes), "used")
			gauge(bytesDesc, float64(size.FreeBytes), "free")
			gauge(connsDesc, float64(size.Connections))
			for status, n := range size.Executions {
				gauge(storedDesc, float64(n), string(status))
			}
			for status, n := range size.TestExecutions {
				gauge(storedTests, float64(n), string(status))
			}
		}
	}
	if s.m.cfg.Workers == nil {
		return
	}
	states, bytes := map[string]int{}, int64(0)
	for _, w := range s.m.cfg.Workers() {
		states[w.State]++
		bytes += w.Memory
	}
	for name, n := range states {
		gauge(workersDesc, float64(n), name)
	}
	gauge(memoryDesc, float64(bytes))
}

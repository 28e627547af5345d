// Package metrics counts what the server does and shows it as Prometheus text
// and as JSON. Nothing is estimated: what is not known is absent.
//
//	m := metrics.New(metrics.Config{Store: db, Workers: workers})
//	deps.Gates = append([]registry.Gate{m.Gate()}, deps.Gates...)
//	mux.Handle("GET /metrics", m.Handler())
//
// It must not import package server or runtime/worker.
package metrics

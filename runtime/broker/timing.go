package broker

import (
	"crypto/tls"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"

	"ratchet/runtime"
)

// newTrace returns a trace and a function that ends it and tells the timings.
// The trace sets sent as soon as there is a connection.
func newTrace(sent *atomic.Bool) (func() runtime.FetchTiming, *httptrace.ClientTrace) {
	start := time.Now()
	var mu sync.Mutex
	var t runtime.FetchTiming
	mark := func(field *int64) {
		mu.Lock()
		*field = time.Since(start).Microseconds()
		mu.Unlock()
	}
	trace := &httptrace.ClientTrace{
		DNSDone:              func(httptrace.DNSDoneInfo) { mark(&t.DNS) },
		ConnectDone:          func(string, string, error) { mark(&t.Connect) },
		TLSHandshakeDone:     func(tls.ConnectionState, error) { mark(&t.TLS) },
		WroteRequest:         func(httptrace.WroteRequestInfo) { mark(&t.Sent) },
		GotFirstResponseByte: func() { mark(&t.FirstByte) },
		GotConn: func(info httptrace.GotConnInfo) {
			sent.Store(true)
			mu.Lock()
			t.Reused = info.Reused
			mu.Unlock()
		},
	}
	return func() runtime.FetchTiming {
		mark(&t.Done)
		mu.Lock()
		defer mu.Unlock()
		return t
	}, trace
}

package audit

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ratchet"
	"ratchet/events"
)

// When alerts are raised.
const (
	loginFailures  = 5
	loginWindow    = time.Minute
	suspiciousMany = 10
	suspiciousSpan = time.Hour
	readMany       = 100 << 20
	readSpan       = time.Hour
	maxWatched     = 10_000
)

// alerts counts what deserves one.
type alerts struct {
	mu    sync.Mutex
	seen  map[string][]time.Time // of the last window, by alert and client
	reads map[string]*reading    // by principal
}

type reading struct {
	since   time.Time
	bytes   int64
	alerted bool
}

// watch counts an entry and raises an alert when there are too many.
func (l *Log) watch(ctx context.Context, e *Entry) {
	client := e.Principal
	if client == "" || e.Type == LoginFailed {
		client = "ip:" + e.IP
	}
	switch e.Type {
	case LoginFailed:
		l.count(ctx, e, "failed_logins", client, loginFailures, loginWindow)
		if e.User != "" { // from many addresses at one name
			l.count(ctx, e, "failed_logins", "user:"+e.User, loginFailures, loginWindow)
		}
	case AccessDenied, Escalation, Violation:
		l.count(ctx, e, "suspicious_activity", client, suspiciousMany, suspiciousSpan)
	default:
	}
}

func (l *Log) count(ctx context.Context, e *Entry, name, client string, many int, window time.Duration) {
	now := l.cfg.Now()
	key := name + "\x00" + client
	l.alerts.mu.Lock()
	times := l.alerts.seen[key]
	for len(times) > 0 && now.Sub(times[0]) >= window {
		times = times[1:]
	}
	times = append(times, now)
	n := len(times)
	if n >= many { // start anew: one alert for each so many
		delete(l.alerts.seen, key)
	} else {
		l.alerts.room(now)
		l.alerts.seen[key] = times
	}
	l.alerts.mu.Unlock()
	if n >= many {
		l.raise(ctx, Suspicious, now, events.Alert{
			Name: name, Principal: client, IP: e.IP, Count: int64(n), Window: window.String(),
			Message: fmt.Sprintf("%d times %s within %s", n, e.Type, window),
		})
	}
}

// room forgets clients that have been quiet, when there are too many. a.mu
// must be held.
func (a *alerts) room(now time.Time) {
	if len(a.seen) < maxWatched {
		return
	}
	for key, times := range a.seen {
		if now.Sub(times[len(times)-1]) >= loginWindow {
			delete(a.seen, key)
		}
	}
	for key := range a.seen { // all of them just now: an attack from everywhere
		if len(a.seen) < maxWatched {
			return
		}
		delete(a.seen, key)
	}
}

// ReadBytes counts what a principal was sent. Windows of an hour begin with
// the first byte. The owner of the machine is not counted.
func (l *Log) ReadBytes(ctx context.Context, p ratchet.Principal, n int64) {
	if p.ID == "" || n <= 0 {
		return
	}
	now := l.cfg.Now()
	a := &l.alerts
	a.mu.Lock()
	if a.reads == nil {
		a.reads = map[string]*reading{}
	}
	r := a.reads[p.ID]
	if r == nil || now.Sub(r.since) >= readSpan {
		if len(a.reads) >= maxWatched {
			clear(a.reads)
		}
		r = &reading{since: now}
		a.reads[p.ID] = r
	}
	r.bytes += n
	alert := r.bytes >= readMany && !r.alerted
	r.alerted = r.alerted || alert
	total := r.bytes
	a.mu.Unlock()
	if alert {
		l.raise(ctx, DataExfiltration, now, events.Alert{
			Name: "data_exfiltration", Principal: p.ID, IP: p.IP, Count: total, Window: readSpan.String(),
			Message: fmt.Sprintf("%d bytes read within %s", total, readSpan),
		})
	}
}

// raise tells everybody of an alert.
func (l *Log) raise(ctx context.Context, t Type, at time.Time, a events.Alert) {
	a.At = ratchet.Stamp(at)
	l.cfg.Log.Warn("security alert", "alert", a.Name, "principal", a.Principal, "ip", a.IP, "count", a.Count, "window", a.Window)
	if l.cfg.Bus != nil {
		l.cfg.Bus.Publish(ratchet.Event{Kind: events.SecurityAlert, ID: a.Name, At: at, Data: a})
	}
	l.note(ctx, Entry{
		Type: t, Principal: a.Principal, IP: a.IP, Operation: a.Name, Message: a.Message, Outcome: Failure,
		Details: map[string]any{"count": a.Count, "window": a.Window},
	})
}

// floods keeps one client from filling the audit with the same refusal.
type floods struct {
	mu   sync.Mutex
	last map[string]flood
}

type flood struct {
	at      time.Time
	skipped int
}

// worth says whether an entry is recorded: of what a client can cause as often
// as it can send, one a minute for each type and client, with the number of
// those left out.
func (l *Log) worth(e *Entry) bool {
	if e.Type != RateLimited && e.Type != Violation && (e.Type != AccessDenied || e.Principal != "") {
		return true
	}
	now, key := l.cfg.Now(), string(e.Type)+"\x00"+e.Principal+"\x00"+e.IP
	f := &l.floods
	f.mu.Lock()
	defer f.mu.Unlock()
	last, known := f.last[key]
	if known && now.Sub(last.at) < time.Minute {
		last.skipped++
		f.last[key] = last
		return false
	}
	if len(f.last) >= maxWatched {
		clear(f.last)
	}
	f.last[key] = flood{at: now}
	if last.skipped > 0 {
		e.Details = map[string]any{"more_since_the_last_entry": last.skipped}
	}
	return true
}

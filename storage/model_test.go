package storage

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ratchet"
)

// model is what the store must be equal to.
type model struct {
	db         *DB
	clock      time.Time
	tasks      map[string]*ratchet.Task // by id
	executions []*ratchet.Execution     // by number
}

func (m *model) names(t *rapid.T) string {
	return rapid.SampledFrom([]string{"add", "Add", "sub", "a_b", "a%b", "x-1", "7"}).Draw(t, "name")
}

func (m *model) create(t *rapid.T) {
	task := aTask(m.names(t))
	task.Version = rapid.SampledFrom([]string{"1.9.0", "1.10.0", "1.10.0-rc.1", "0.1.0"}).Draw(t, "version")
	task.Enabled = rapid.Bool().Draw(t, "enabled")
	task.Tags = rapid.SliceOfDistinct(rapid.SampledFrom([]string{"x", "y", "z"}), rapid.ID[string]).Draw(t, "tags")
	taken := m.named(task.Name) != nil
	err := m.db.CreateTask(context.Background(), task, "note", "me")
	if taken != (ratchet.CodeOf(err) == ratchet.CodeConflict) || (!taken && err != nil) {
		t.Fatalf("create %s, taken %v: %v", task.Name, taken, err)
	}
	if err == nil {
		m.tasks[task.ID] = task
	}
}

func (m *model) named(name string) *ratchet.Task {
	for _, task := range m.tasks {
		if task.Name == name {
			return task
		}
	}
	return nil
}

func (m *model) someTask(t *rapid.T) *ratchet.Task {
	if len(m.tasks) == 0 {
		t.Skip("no task")
	}
	return m.tasks[rapid.SampledFrom(sorted(m.tasks)).Draw(t, "task")]
}

func (m *model) update(t *rapid.T) {
	next := *m.someTask(t)
	next.Code = rapid.String().Draw(t, "code")
	next.Name = m.names(t)
	other := m.named(next.Name)
	taken := other != nil && other.ID != next.ID
	opt := UpdateOptions{Backup: rapid.Bool().Draw(t, "backup")}
	stale := rapid.Bool().Draw(t, "stale")
	if stale {
		opt.ExpectedChecksum = "stale"
	}
	backup, err := m.db.UpdateTask(context.Background(), &next, opt)
	if taken || stale {
		if ratchet.CodeOf(err) != ratchet.CodeConflict {
			t.Fatalf("update, taken %v, stale %v: %v", taken, stale, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if opt.Backup {
		b, err := m.db.TaskBackup(context.Background(), backup)
		if err != nil || b.Task.Checksum != m.tasks[next.ID].Checksum {
			t.Fatalf("backup %v, %v", b, err)
		}
	}
	m.tasks[next.ID] = &next
}

func (m *model) remove(t *rapid.T) {
	task := m.someTask(t)
	if _, err := m.db.DeleteTask(context.Background(), task.ID, DeleteOptions{Backup: true}); err != nil {
		t.Fatal(err)
	}
	delete(m.tasks, task.ID)
	for _, e := range m.executions {
		e.TaskDeleted = e.TaskDeleted || e.TaskID == task.ID
	}
}

func (m *model) insert(t *rapid.T) {
	task := m.someTask(t)
	e := &ratchet.Execution{
		TaskID: task.ID, TaskName: task.Name, TaskVersion: task.Version, Origin: ratchet.OriginDirect,
		Status:           rapid.SampledFrom([]ratchet.Status{ratchet.StatusPending, ratchet.StatusRunning}).Draw(t, "status"),
		CorrelationToken: rapid.SampledFrom([]string{"", "2024-01-02", "T\x00ok", "100%"}).Draw(t, "token"),
	}
	input, err := json.Marshal(rapid.String().Draw(t, "input"))
	if err != nil {
		t.Fatal(err)
	}
	e.Input = input
	if e.Status == ratchet.StatusRunning {
		e.StartedAt = timeOf(1_700_000_000_000_000 + rapid.Int64Range(0, 3).Draw(t, "started")).Add(m.apart(t))
	}
	if err := m.db.InsertExecution(context.Background(), e); err != nil {
		t.Fatal(err)
	}
	m.executions = append(m.executions, e)
}

func (m *model) finish(t *rapid.T) {
	if len(m.executions) == 0 {
		t.Skip("no execution")
	}
	old := rapid.SampledFrom(m.executions).Draw(t, "execution")
	e := *old
	e.Status = rapid.SampledFrom(statuses()[firstTerminal:]).Draw(t, "status")
	e.CompletedAt = time.Time{}
	e.Output = json.RawMessage(`{"n":1}`)
	if e.Status == ratchet.StatusFailed {
		e.Output, e.Error = nil, &ratchet.ExecutionError{Code: ratchet.CodeScript, Type: "Error", Message: "2024-01-02 <b>\x00"}
	}
	e.Isolation = "full"
	err := m.db.FinishExecution(context.Background(), &e, Finish{})
	if old.Status.Terminal() {
		if ratchet.CodeOf(err) != ratchet.CodeConflict {
			t.Fatalf("a second end: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	*old = e
}

// apart is a distance that may lie between executions: within an hour, a day, or more.
func (m *model) apart(t *rapid.T) time.Duration {
	return rapid.SampledFrom([]time.Duration{0, 0, time.Minute, 50 * time.Minute, 5 * time.Hour, 30 * time.Hour}).Draw(t, "apart")
}

func (m *model) later(t *rapid.T) { m.clock = m.clock.Add(m.apart(t)) }

// fold brings executions into the counters.
func (m *model) fold(t *rapid.T) {
	if err := m.db.write(context.Background(), false, (*tx).fold); err != nil {
		t.Fatal(err)
	}
}

// pages lists executions page by page and compares with the model.
func (m *model) pages(t *rapid.T) {
	q := ratchet.Query{
		SortBy: rapid.SampledFrom([]string{"queued_at", "started_at", "completed_at", "duration", "status"}).Draw(t, "sort"),
		Desc:   rapid.Bool().Draw(t, "desc"), Limit: rapid.IntRange(1, 4).Draw(t, "limit"),
	}
	want := slices.Clone(m.executions)
	if status := rapid.SampledFrom(append(statuses(), "")).Draw(t, "filter"); status != "" {
		q.Filters = append(q.Filters, ratchet.Filter{Field: "status", Operator: ratchet.OpNE, Value: string(status)})
		want = slices.DeleteFunc(want, func(e *ratchet.Execution) bool { return e.Status == status })
	}
	if part := rapid.SampledFrom([]string{"", "%", "t\x00O", "2024"}).Draw(t, "part"); part != "" {
		q.Filters = append(q.Filters, ratchet.Filter{Field: "correlation_token", Operator: ratchet.OpContains, Value: part})
		want = slices.DeleteFunc(want, func(e *ratchet.Execution) bool {
			return !strings.Contains(strings.ToLower(e.CorrelationToken), strings.ToLower(part))
		})
	}
	for _, name := range []string{"queued", "started", "completed"} {
		if !rapid.Bool().Draw(t, name) {
			continue
		}
		at := timeOf(1_700_000_000_000_001)
		if len(m.executions) > 0 {
			if e := rapid.SampledFrom(m.executions).Draw(t, "bound"); name == "queued" || !e.StartedAt.IsZero() {
				at = map[string]time.Time{"queued": e.QueuedAt, "started": e.StartedAt, "completed": cmp.Or(e.CompletedAt, at)}[name]
			}
		}
		q.Filters = append(q.Filters, ratchet.Filter{Field: name + "_before", Value: at})
		want = slices.DeleteFunc(want, func(e *ratchet.Execution) bool {
			its := map[string]time.Time{"queued": e.QueuedAt, "started": e.StartedAt, "completed": e.CompletedAt}[name]
			return its.IsZero() || !its.Before(at)
		})
	}
	if q.SortBy == "status" && rapid.Bool().Draw(t, "then") {
		q.ThenBy = []ratchet.SortKey{{Field: rapid.SampledFrom([]string{"queued_at", "duration"}).Draw(t, "then by"), Order: "desc"}}
	}
	slices.SortStableFunc(want, func(a, b *ratchet.Execution) int { return compareBy(a, b, q) })
	m.db.limits = defaultLimits()
	if rapid.Bool().Draw(t, "as if there were many") {
		times := rapid.SampledFrom([]time.Duration{0, time.Hour})
		m.db.limits = searchLimits{
			sort: rapid.IntRange(0, 2).Draw(t, "sort"), read: rapid.IntRange(1, 5).Draw(t, "read"), count: 3, totals: 4, piece: 1, texts: 2,
			find: times.Draw(t, "find"), tally: times.Draw(t, "tally"),
		}
	}
	q.Offset = rapid.IntRange(0, 5).Draw(t, "offset")
	past := want[min(q.Offset, len(want)):]
	got := []ratchet.Execution{}
	for {
		page, err := m.db.ListExecutions(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		if page.Total != int64(len(want)) && (!page.LowerBound || page.Total > int64(len(want))) {
			t.Fatalf("total %d, want %d", page.Total, len(want))
		}
		got = append(got, page.Items...)
		if q.Cursor, q.Offset = page.NextCursor, 0; q.Cursor == "" {
			break
		}
	}
	if diff := gocmp.Diff(values(past), got, jsonWhole()); diff != "" {
		t.Fatalf("%+v: %s", q, diff)
	}
}

func values[T any](list []*T) []T {
	out := []T{}
	for _, v := range list {
		out = append(out, *v)
	}
	return out
}

func compareBy(a, b *ratchet.Execution, q ratchet.Query) int {
	order := 0
	for _, k := range append([]ratchet.SortKey{{Field: q.SortBy, Order: map[bool]string{true: "desc"}[q.Desc]}}, q.ThenBy...) {
		x, y := *a, *b
		x.Number, y.Number = 0, 0
		order = cmp.Or(order, compare(&x, &y, k.Field, k.Order == "desc"))
	}
	if ties := int(a.Number - b.Number); order == 0 && q.Desc {
		return -ties
	} else if order == 0 {
		return ties
	}
	return order
}

// compare orders as the store should: absent last, ties by number.
func compare(a, b *ratchet.Execution, sort string, desc bool) int {
	key := func(e *ratchet.Execution) (int64, bool) {
		switch sort {
		case "queued_at":
			return micro(e.QueuedAt), true
		case "started_at":
			return micro(e.StartedAt), !e.StartedAt.IsZero()
		case "completed_at":
			return micro(e.CompletedAt), !e.CompletedAt.IsZero()
		case "duration":
			return int64(e.Duration()), !e.StartedAt.IsZero() && !e.CompletedAt.IsZero()
		default:
			n, err := statusNumber(e.Status)
			return n, err == nil
		}
	}
	x, okX := key(a)
	y, okY := key(b)
	order := int(a.Number - b.Number)
	switch {
	case okX != okY:
		if okX {
			return -1
		}
		return 1
	case okX && x < y:
		order = -1
	case okX && x > y:
		order = 1
	}
	if desc {
		return -order
	}
	return order
}

func (m *model) check(t *rapid.T) {
	want := []ratchet.Task{}
	for _, id := range sorted(m.tasks) {
		task := *m.tasks[id]
		for _, e := range m.executions {
			if e.TaskID == id && (task.Last == nil || !e.QueuedAt.Before(task.Last.At)) {
				task.Last = &ratchet.LastExecution{Status: e.Status, At: e.QueuedAt}
			}
		}
		want = append(want, task)
	}
	slices.SortFunc(want, func(a, b ratchet.Task) int { return strings.Compare(a.Name, b.Name) })
	page, err := m.db.ListTasks(context.Background(), ratchet.Query{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(want, page.Items, jsonWhole()); diff != "" {
		t.Fatal(diff)
	}
	for _, e := range m.executions {
		got, err := m.db.Execution(context.Background(), fmt.Sprint(e.Number))
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(e, got, jsonWhole()); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &model{clock: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), tasks: map[string]*ratchet.Task{}}
		db, err := Open(context.Background(), Config{Now: func() time.Time {
			m.clock = m.clock.Add(time.Millisecond)
			return m.clock
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		m.db = db
		t.Repeat(map[string]func(*rapid.T){
			"create": m.create, "update": m.update, "remove": m.remove,
			"insert": m.insert, "finish": m.finish, "later": m.later, "fold": m.fold, "pages": m.pages, "": m.check,
		})
	})
}

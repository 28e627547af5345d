package storage

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ratchet"
)

func listNames(t *testing.T, db *DB, q ratchet.Query) []string {
	t.Helper()
	page, err := db.ListTasks(context.Background(), q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	names := []string{}
	for _, task := range page.Items {
		names = append(names, task.Name)
	}
	return names
}

func TestListTasks_filters(t *testing.T) {
	db := openTemp(t)
	for i, name := range []string{"alpha", "Beta", "ga_ma", "10%"} {
		task := aTask(name)
		task.Version = []string{"1.9.0", "1.10.0-rc.2", "1.10.0", "1.10.0-rc.10"}[i]
		task.Tags, task.Enabled, task.Category = []string{"all", name}, i != 0, []string{"", "x", "x", "y"}[i]
		if err := db.CreateTask(context.Background(), task, "", ""); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		field string
		op    ratchet.Operator
		value any
		want  string
	}{
		{"name", ratchet.OpEQ, "alpha", "[alpha]"},
		{"name", ratchet.OpNE, "alpha", "[10% Beta ga_ma]"},
		{"name", ratchet.OpContains, "_", "[ga_ma]"},
		{"name", ratchet.OpContains, "%", "[10%]"},
		{"name", ratchet.OpContains, "BET", "[Beta]"},
		{"name", ratchet.OpStartsWith, "b", "[Beta]"},
		{"name", ratchet.OpEndsWith, "A", "[Beta alpha ga_ma]"},
		{"name", ratchet.OpGT, "alpha", "[ga_ma]"},
		{"name", ratchet.OpGTE, "alpha", "[alpha ga_ma]"},
		{"name", ratchet.OpLT, "Beta", "[10%]"},
		{"name", ratchet.OpLTE, "Beta", "[10% Beta]"},
		{"name", ratchet.OpIn, []any{"alpha", "Beta"}, "[Beta alpha]"},
		{"name", ratchet.OpNotIn, []any{"alpha", "Beta"}, "[10% ga_ma]"},
		{"category", ratchet.OpNE, "x", "[10% alpha]"},
		{"category", ratchet.OpNotIn, []any{"x"}, "[10% alpha]"},
		{"tag", ratchet.OpEQ, "Beta", "[Beta]"},
		{"tag", ratchet.OpNotIn, []any{"Beta", "alpha"}, "[10% ga_ma]"},
		{"tag", ratchet.OpContains, "lph", "[alpha]"},
		{"enabled", ratchet.OpEQ, false, "[alpha]"},
		{"id", ratchet.OpIn, []any{"1", 2}, "[Beta alpha]"},
		{"id", ratchet.OpNE, "1", "[10% Beta ga_ma]"},
		{"created_after", ratchet.OpEQ, "2020-01-01", "[10% Beta alpha ga_ma]"},
		{"created_before", ratchet.OpEQ, "2020-01-01", "[]"},
		{"has_validation", ratchet.OpEQ, true, "[]"},
		{"in_sync", ratchet.OpEQ, "true", "[10% Beta alpha ga_ma]"},
	} {
		got := listNames(t, db, ratchet.Query{Filters: []ratchet.Filter{{Field: c.field, Operator: c.op, Value: c.value}}})
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s %s %v: %v, want %s", c.field, c.op, c.value, got, c.want)
		}
	}
	if got := listNames(t, db, ratchet.Query{SortBy: "version"}); fmt.Sprint(got) != "[alpha Beta 10% ga_ma]" {
		t.Errorf("by version: %v", got)
	}
}

// TestListTasks_letters: letters of any alphabet match in either case.
func TestListTasks_letters(t *testing.T) {
	db := openTemp(t)
	for _, category := range []string{"Größe ÄÖÜ", "größe äöü", "ПРИВЕТ мир", "straße", "ΣΊΣΥΦΟΣ", "plain"} {
		task := aTask(fmt.Sprintf("task-%x", category))
		task.Category = category
		if err := db.CreateTask(context.Background(), task, "", ""); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		op    ratchet.Operator
		value string
		want  int
	}{
		{ratchet.OpContains, "äö", 2},
		{ratchet.OpContains, "ÖÜ", 2},
		{ratchet.OpContains, "GRÖSSE", 0}, // one letter for one
		{ratchet.OpContains, "RÖß", 2},
		{ratchet.OpStartsWith, "привет М", 1},
		{ratchet.OpEndsWith, "Мир", 1},
		{ratchet.OpEndsWith, "STRAẞE", 1},
		{ratchet.OpContains, "σίσυφος", 1},
		{ratchet.OpContains, "日本", 0},
	} {
		q := ratchet.Query{Filters: []ratchet.Filter{{Field: "category", Operator: c.op, Value: c.value}}}
		if got := listNames(t, db, q); len(got) != c.want {
			t.Errorf("%s %q: %d tasks, want %d", c.op, c.value, len(got), c.want)
		}
	}
}

// Every field of both lists makes valid SQL with every operator it takes.
func TestList_everyFieldAndOperator(t *testing.T) {
	db := openTemp(t)
	for _, l := range []*list{taskList(), executionList()} {
		for name, fd := range l.fields {
			ops := fd.kind.operators()
			if fd.op != "" {
				ops = []ratchet.Operator{ratchet.OpEQ}
			}
			value := map[kind]any{kindTime: "2026-01-01T00:00:00Z", kindBool: true, kindStatus: "failed", kindOrigin: "test"}[fd.kind]
			if value == nil {
				value = "1"
			}
			for _, op := range ops {
				q := ratchet.Query{Filters: []ratchet.Filter{{Field: name, Operator: op, Value: value}}}
				var err error
				if l.noun == "task" {
					_, err = db.ListTasks(context.Background(), q)
				} else {
					_, err = db.ListExecutionHeads(context.Background(), q)
				}
				if err != nil {
					t.Errorf("%s %s %s: %v (%v)", l.noun, name, op, err, ratchet.AsError(err).Err)
				}
			}
		}
	}
}

func TestList_badQueries(t *testing.T) {
	db := openFile(t, "")
	for pointer, q := range map[string]ratchet.Query{
		"/sort_by":            {SortBy: "code"},
		"/limit":              {Limit: 1001},
		"/offset":             {Offset: -1},
		"/cursor":             {Cursor: "!"},
		"/filters/0/field":    {Filters: []ratchet.Filter{{Field: "body; DROP TABLE tasks", Value: 1}}},
		"/filters/0/operator": {Filters: []ratchet.Filter{{Field: "enabled", Operator: "LIKE"}}},
		"/filters/0/value":    {Filters: []ratchet.Filter{{Field: "created_at", Operator: ratchet.OpGT, Value: "soon"}}},
	} {
		_, err := db.ListTasks(context.Background(), q)
		if e := ratchet.AsError(err); e.Code != ratchet.CodeInvalid || e.Fields[ratchet.FieldPointer] != pointer {
			t.Errorf("%+v: %v at %v, want %s", q, err, e.Fields[ratchet.FieldPointer], pointer)
		}
	}
}

func TestList_cursorIsStableWhileRowsAreAdded(t *testing.T) {
	db := openTemp(t)
	ctx := context.Background()
	add := func() {
		if err := db.InsertExecution(ctx, &ratchet.Execution{TaskID: "t", TaskName: "t"}); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 {
		add()
	}
	q, got := ratchet.Query{Limit: 3}, []int64{}
	for {
		page, err := db.ListExecutions(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Items {
			got = append(got, e.Number)
		}
		if q.Cursor = page.NextCursor; q.Cursor == "" {
			break
		}
		add()
	}
	if want := []int64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}; !slices.Equal(got, want) {
		t.Error(got)
	}
	first, err := db.ListExecutions(ctx, ratchet.Query{Limit: 3})
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ListExecutions(ctx, ratchet.Query{Cursor: first.NextCursor, SortBy: "status"})
	if ratchet.CodeOf(err) != ratchet.CodeInvalid {
		t.Errorf("a cursor of another order: %v", err)
	}
}

func TestClaim(t *testing.T) {
	now := time.Now()
	db, err := Open(context.Background(), Config{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx, c := context.Background(), Claim{Principal: "ada", Tool: "t", Key: "k", ArgsHash: "1"}
	claim := func(c Claim) ClaimState {
		t.Helper()
		s, err := db.Claim(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := claim(c); !s.Fresh {
		t.Error(s)
	}
	e := &ratchet.Execution{ID: newID(), TaskID: "t", TaskName: "t", Principal: "ada", Status: ratchet.StatusCompleted}
	if err := db.StoreExecution(WithClaim(ctx, c), e); err != nil {
		t.Fatal(err)
	}
	if err := db.DropClaim(ctx, c); err != nil { // it made something
		t.Fatal(err)
	}
	if diff := cmp.Diff(ClaimState{Made: e.ID}, claim(c)); diff != "" {
		t.Error(diff)
	}
	other := c
	other.ArgsHash = "2"
	if _, err := db.Claim(ctx, other); ratchet.CodeOf(err) != ratchet.CodeConflict {
		t.Error(err)
	}
	lost := Claim{Tool: "t", Key: "lost"}
	claim(lost)
	other = Claim{Tool: "other", Key: "lost"} // an execution of the same key is of another tool
	claim(other)
	if err := db.InsertExecution(ctx, &ratchet.Execution{TaskID: "t", TaskName: "t", IdempotencyKey: "lost"}); err != nil {
		t.Fatal(err)
	}
	if n, err := db.Sweep(ctx); n != 1 || err != nil {
		t.Error(n, err)
	}
	for _, c := range []Claim{lost, other} {
		if s := claim(c); !s.Fresh {
			t.Error("a lost key that made nothing is not free", s)
		}
	}
	if diff := cmp.Diff(ClaimState{Made: e.ID}, claim(c)); diff != "" {
		t.Error(diff)
	}
	if err := db.SettleClaim(ctx, c, []byte("r")); err != nil {
		t.Fatal(err)
	}
	if s := claim(c); !s.Settled || string(s.Result) != "r" {
		t.Error(s)
	}
	now = now.Add(25 * time.Hour)
	if s := claim(c); !s.Fresh {
		t.Error("a key is kept longer than a day", s)
	}
	if err := db.DropClaim(ctx, c); err != nil {
		t.Fatal(err)
	}
	if s := claim(c); !s.Fresh {
		t.Error("a dropped key is not free", s)
	}
}

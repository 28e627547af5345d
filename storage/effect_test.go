package storage

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ratchet"
)

// ended stores an execution that has failed.
func ended(t *testing.T, db *DB) *ratchet.Execution {
	t.Helper()
	ctx := context.Background()
	e := &ratchet.Execution{TaskID: "t", TaskName: "t", Status: ratchet.StatusRunning, StartedAt: time.Now()}
	if err := db.InsertExecution(ctx, e); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	return e
}

func begin(t *testing.T, db *DB, root, by *ratchet.Execution) PriorEffect {
	t.Helper()
	prior, err := db.BeginEffect(context.Background(), Effect{ID: "e1", Root: root.ID, Execution: by.Number, Method: "POST", URL: "http://a/"})
	if err != nil {
		t.Fatal(err)
	}
	return prior
}

func TestEffectStates(t *testing.T) {
	for name, reply := range map[string][]byte{"empty": nil, "small": []byte(`{"a":1}`), "large": bytes.Repeat([]byte("x"), 1<<20)} {
		t.Run(name, func(t *testing.T) {
			db, ctx := openTemp(t), context.Background()
			e := ended(t, db)
			if _, err := db.EffectState(ctx, "e1"); ratchet.CodeOf(err) != ratchet.CodeNotFound {
				t.Errorf("unknown effect: %v", err)
			}
			if p := begin(t, db, e, e); p.Found {
				t.Errorf("first: %+v", p)
			}
			if p := begin(t, db, e, e); !p.Found || p.State != EffectSent {
				t.Errorf("second: %+v", p)
			}
			if err := db.UnsendEffect(ctx, "e1"); err != nil {
				t.Fatal(err)
			}
			if p := begin(t, db, e, e); p.State != EffectUnsent {
				t.Errorf("after it was not sent: %+v", p)
			}
			if s, err := db.EffectState(ctx, "e1"); s != EffectSent || err != nil {
				t.Errorf("begun again: %v, %v", s, err)
			}
			for range 2 { // the second answer changes nothing
				if err := db.AnswerEffect(ctx, "e1", reply); err != nil {
					t.Fatal(err)
				}
			}
			if err := db.UnsendEffect(ctx, "e1"); err != nil {
				t.Fatal(err)
			}
			if p := begin(t, db, e, e); p.State != EffectAnswered || !bytes.Equal(p.Reply, reply) {
				t.Errorf("answered: state %v, %d bytes", p.State, len(p.Reply))
			}
		})
	}
}

// Deleting a retry must not make the first attempt forget what was done.
func TestEffectsOutliveADeletedRetry(t *testing.T) {
	db, ctx := openTemp(t), context.Background()
	root, again := ended(t, db), ended(t, db)
	begin(t, db, root, root)
	begin(t, db, root, again)
	if err := db.AnswerEffect(ctx, "e1", bytes.Repeat([]byte("y"), 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := db.DeleteExecution(ctx, again.ID); err != nil {
		t.Fatal(err)
	}
	if p := begin(t, db, root, root); p.State != EffectAnswered || len(p.Reply) != 1<<20 {
		t.Errorf("after the retry was deleted: %v, %d bytes", p.State, len(p.Reply))
	}
	if n, err := db.DeleteExecutions(ctx, Purge{Before: time.Now().Add(time.Hour)}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if _, err := db.EffectState(ctx, "e1"); ratchet.CodeOf(err) != ratchet.CodeNotFound {
		t.Errorf("the effect is left: %v", err)
	}
	var left int
	err := db.read(ctx, func(q querier) error {
		return one(ctx, q, "count payloads", []any{&left}, "SELECT count(*) FROM payloads")
	})
	if err != nil || left != 0 {
		t.Errorf("%d payloads are left (%v)", left, err)
	}
}

// After a crash, an execution tells which of its effects have no outcome.
func TestSweepNamesLostEffects(t *testing.T) {
	db, ctx := openTemp(t), context.Background()
	e := &ratchet.Execution{TaskID: "t", TaskName: "t", Status: ratchet.StatusRunning, StartedAt: time.Now()}
	other := &ratchet.Execution{TaskID: "t", TaskName: "t", Status: ratchet.StatusRunning, StartedAt: time.Now()}
	for _, x := range []*ratchet.Execution{e, other} {
		if err := db.InsertExecution(ctx, x); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []Effect{
		{ID: "known", Root: e.ID, Execution: e.Number, Method: "POST", URL: "http://a/known"},
		{ID: "lost", Root: e.ID, Execution: e.Number, Method: "PATCH", URL: "http://a/lost"},
		{ID: "unsent", Root: other.ID, Execution: other.Number, Method: "POST", URL: "http://a/unsent"},
	} {
		if _, err := db.BeginEffect(ctx, f); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(db.AnswerEffect(ctx, "known", nil), db.UnsendEffect(ctx, "unsent")); err != nil {
		t.Fatal(err)
	}
	if n, err := db.Sweep(ctx); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	got, err := db.Execution(ctx, e.ID)
	want := map[string]any{UnknownEffects: []any{map[string]any{"effect_id": "lost", "method": "PATCH", "url": "http://a/lost"}}}
	if err != nil || got.Status != ratchet.StatusFailed || got.Error.Cause != ratchet.CauseLost {
		t.Fatalf("%+v, %v", got, err)
	}
	if diff := cmp.Diff(want, got.Error.Details); diff != "" {
		t.Error(diff)
	}
	if got, err = db.Execution(ctx, other.ID); err != nil || got.Error == nil || got.Error.Details != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

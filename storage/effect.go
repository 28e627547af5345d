package storage

import (
	"context"
	"database/sql"
	"errors"

	"ratchet"
)

// EffectState says what is known of an effect.
type EffectState int

// The states of an effect.
const (
	EffectSent     EffectState = 0 // it may have reached its receiver; that is unknown
	EffectAnswered EffectState = 1 // the receiver answered
	EffectUnsent   EffectState = 2 // it certainly did not leave this server
)

// Effect is one request to the world that must not be repeated blindly.
type Effect struct {
	ID        string // of the effect, the same in every attempt
	Root      string // first execution of the chain of retries
	Execution int64  // number of the attempt that makes it now
	Method    string
	URL       string // without secrets
}

// PriorEffect is what earlier attempts left.
type PriorEffect struct {
	Found bool // false: this attempt is the first to make it
	State EffectState
	Reply []byte // as given to EffectAnswered; with that state only
}

// UnknownEffect is a request that was sent and not answered: whether it did
// anything is unknown.
type UnknownEffect struct {
	ID     string `json:"effect_id"`
	Method string `json:"method"`
	URL    string `json:"url"`
}

// UnknownEffects is the key of an error's details that lists them.
const UnknownEffects = "unknown_effects"

// BeginEffect records durably that e is about to be sent, and returns what was
// recorded before. An effect that was answered stays so; one that was sent and
// not answered stays as it is, and the caller decides. Two attempts at once
// cannot both be the first.
func (db *DB) BeginEffect(ctx context.Context, e Effect) (PriorEffect, error) {
	var prior PriorEffect
	var hash []byte
	err := db.write(ctx, true, func(t *tx) error {
		prior, hash = PriorEffect{}, nil
		n, err := t.change("record an effect", `INSERT OR IGNORE INTO effects
			(id, root, execution, method, url, state, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`, []byte(e.ID), []byte(e.Root),
			e.Execution, []byte(e.Method), []byte(e.URL), int64(EffectSent), db.micros())
		if err != nil || n == 1 {
			return err
		}
		var state int64
		err = t.row("read an effect", []any{&state, &prior.Reply, &hash},
			"SELECT state, reply, reply_hash FROM effects WHERE id = ?", []byte(e.ID))
		if err != nil {
			return err
		}
		prior.Found, prior.State = true, EffectState(state)
		return t.exec("take over an effect", `UPDATE effects SET execution = ?,
			state = CASE state WHEN 2 THEN 0 ELSE state END WHERE id = ?`, e.Execution, []byte(e.ID))
	})
	if err != nil || hash == nil {
		return prior, err
	}
	err = db.read(ctx, func(q querier) (err error) {
		prior.Reply, err = load(ctx, q, nil, hash)
		return err
	})
	return prior, err
}

// AnswerEffect records the reply to an effect that was sent, once.
func (db *DB) AnswerEffect(ctx context.Context, id string, reply []byte) error {
	if reply == nil {
		reply = []byte{}
	}
	p := newPayload(reply)
	return db.write(ctx, false, func(t *tx) error {
		n, err := t.change("record an answer", "UPDATE effects SET state = 1, reply = ?, reply_hash = ? WHERE id = ? AND state <> 1",
			bytesOrNull(p.inline()), bytesOrNull(p.hash), []byte(id))
		if err != nil || n == 0 {
			return err
		}
		return t.keep(p)
	})
}

// bytesOrNull is b as an argument: the driver stores nil bytes as empty ones.
func bytesOrNull(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

// UnsendEffect records that an effect certainly did not leave the server, so
// that the next attempt may make it.
func (db *DB) UnsendEffect(ctx context.Context, id string) error {
	return db.write(ctx, false, func(t *tx) error {
		return t.exec("take an effect back", "UPDATE effects SET state = 2 WHERE id = ? AND state = 0", []byte(id))
	})
}

// lostEffects are the effects without an outcome of executions that have not
// ended, by the number of the execution.
func (t *tx) lostEffects() (map[int64][]UnknownEffect, error) {
	rows, err := t.conn.QueryContext(context.Background(), `SELECT e.id, f.id, f.method, f.url FROM executions AS e
		JOIN effects AS f ON f.execution = e.id WHERE e.status < 2 AND f.state = 0 ORDER BY f.created_at`)
	if err != nil {
		return nil, driverError("find lost effects", err)
	}
	defer rows.Close()
	lost := map[int64][]UnknownEffect{}
	for rows.Next() {
		var execution int64
		var id, method, url []byte
		if err := rows.Scan(&execution, &id, &method, &url); err != nil {
			return nil, driverError("find lost effects", err)
		}
		lost[execution] = append(lost[execution], UnknownEffect{ID: string(id), Method: string(method), URL: string(url)})
	}
	return lost, driverError("find lost effects", rows.Err())
}

// EffectState returns what is known of an effect; not found is an error.
func (db *DB) EffectState(ctx context.Context, id string) (EffectState, error) {
	var state int64
	err := db.read(ctx, func(q querier) error {
		return one(ctx, q, "read an effect", []any{&state}, "SELECT state FROM effects WHERE id = ?", []byte(id))
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = ratchet.Errorf(ratchet.CodeNotFound, "there is no effect %s", id)
	}
	return EffectState(state), err
}

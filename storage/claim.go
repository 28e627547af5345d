package storage

import (
	"context"
	"time"

	"ratchet"
)

// claimAge is how long an idempotency key is kept.
const claimAge = 24 * time.Hour

// Claim is an idempotency key a caller gave: one per principal and tool.
type Claim struct {
	Principal string // empty on open loopback
	Tool      string
	Key       string // 1 to 255 characters
	ArgsHash  string // of the other arguments
}

// ClaimState says what a claim found. Exactly one of these holds: Fresh; a
// Result; or the first call is still under way or was cut off, with the id of
// what it had made, if anything.
type ClaimState struct {
	Fresh   bool   // the key is new: do the work, then SettleClaim or DropClaim
	Settled bool   // the first call ended; Result is its result
	Result  []byte // as given to SettleClaim
	Made    string // id of what the first call made; empty = nothing yet
}

type claimKey struct{}

// WithClaim returns a context whose call made the claim: what the call makes is
// stored in one commit with its id in the claim, so that a repetition finds it
// however the first call ended.
func WithClaim(ctx context.Context, c Claim) context.Context {
	return context.WithValue(ctx, claimKey{}, c)
}

// made notes in the claim of ctx, if there is one, what its call makes.
func (t *tx) made(ctx context.Context, id string) error {
	c, ok := ctx.Value(claimKey{}).(Claim)
	if !ok {
		return nil
	}
	return t.exec("note what a key made", "UPDATE claims SET execution = ?"+thisClaim, append([]any{[]byte(id)}, c.args()...)...)
}

// Claim takes an idempotency key for the caller or says who has it. The same
// key with other arguments is a conflict.
func (db *DB) Claim(ctx context.Context, c Claim) (ClaimState, error) {
	if c.Key == "" || len(c.Key) > 4*255 {
		return ClaimState{}, ratchet.Errorf(ratchet.CodeInvalid, "the idempotency key must have 1 to 255 characters").At("/idempotency_key")
	}
	now := db.now()
	var state ClaimState
	err := db.write(ctx, false, func(t *tx) error {
		state = ClaimState{}
		if err := t.exec("forget old keys", "DELETE FROM claims WHERE created_at < ?", now.Add(-claimAge).UnixMicro()); err != nil {
			return err
		}
		n, err := t.change("claim a key", `INSERT OR IGNORE INTO claims (principal, tool, key, args_hash, created_at)
			VALUES (?, ?, ?, ?, ?)`, append(c.args(), []byte(c.ArgsHash), now.UnixMicro())...)
		if err != nil || n == 1 {
			state.Fresh = err == nil
			return err
		}
		return t.claimed(c, &state)
	})
	return state, err
}

func (c Claim) args() []any { return []any{[]byte(c.Principal), []byte(c.Tool), []byte(c.Key)} }

const thisClaim = " WHERE principal = ? AND tool = ? AND key = ?"

// claimed reads a claim that exists.
func (t *tx) claimed(c Claim, state *ClaimState) error {
	var hash, made []byte
	err := t.row("read a claim", []any{&hash, &state.Result, &made},
		"SELECT args_hash, result, execution FROM claims"+thisClaim, c.args()...)
	if err != nil {
		return err
	}
	if string(hash) != c.ArgsHash {
		return ratchet.Errorf(ratchet.CodeConflict, "the idempotency key %q was used with other arguments", c.Key).
			At("/idempotency_key").WithHint("use a new key for a new call; a key is kept for 24 hours")
	}
	state.Settled, state.Made = state.Result != nil, string(made)
	return nil
}

// SettleClaim keeps the result of a claimed call for its repetitions.
func (db *DB) SettleClaim(ctx context.Context, c Claim, result []byte) error {
	if result == nil {
		result = []byte{}
	}
	return db.write(ctx, true, func(t *tx) error {
		return t.exec("settle a claim", "UPDATE claims SET result = ?"+thisClaim, append([]any{result}, c.args()...)...)
	})
}

// DropClaim frees a key whose call made nothing, so that it can be used again.
// A settled claim stays, and that of a call that failed after it made something.
func (db *DB) DropClaim(ctx context.Context, c Claim) error {
	return db.write(WithAttachedEntry(ctx, nil), true, func(t *tx) error { // the call failed
		return t.exec("drop a claim", "DELETE FROM claims"+thisClaim+" AND result IS NULL AND execution IS NULL", c.args()...)
	})
}

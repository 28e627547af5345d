package registry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"ratchet"
	"ratchet/storage"
)

// Replayed is embedded by results of tools that take an idempotency_key.
type Replayed struct {
	IdempotentReplay bool `json:"idempotent_replay,omitempty" jsonschema_description:"the first result of this key, not a new call"`
}

// Work makes one thing under an idempotency key. What is made is stored in one
// commit with its id under the key: when the call is cut off behind that, resume
// does the rest for the call that repeats it.
type Work[Out any] struct {
	Do     func(context.Context) (Out, error)
	Resume func(ctx context.Context, made string) (Out, error)
}

// Once runs work under the caller's idempotency key: a repeated key with the
// same arguments returns the first result, with other arguments it is a
// conflict. Without a key it just does it. A failed call that made nothing
// frees the key.
func Once[Out any](ctx context.Context, d *Deps, tool, key string, args any, replayed func(*Out), work Work[Out]) (Out, error) {
	if key == "" {
		return work.Do(ctx)
	}
	var out Out
	text, err := json.Marshal(args)
	if err != nil {
		return out, fmt.Errorf("hash the arguments of %s: %w", tool, err)
	}
	var tidy bytes.Buffer
	if err := json.Compact(&tidy, text); err != nil {
		return out, fmt.Errorf("hash the arguments of %s: %w", tool, err)
	}
	sum := sha256.Sum256(tidy.Bytes())
	claim := storage.Claim{
		Principal: CallerFrom(ctx).Principal, Tool: tool, Key: key, ArgsHash: hex.EncodeToString(sum[:]),
	}
	state, err := d.Store.Claim(ctx, claim)
	if err != nil {
		return out, err
	}
	switch {
	case state.Settled:
		if err := json.Unmarshal(state.Result, &out); err != nil {
			return out, fmt.Errorf("read the first result of %s: %w", tool, err)
		}
		replayed(&out)
		return out, nil
	case state.Made != "":
		if out, err = work.Resume(ctx, state.Made); err != nil {
			return out, err
		}
		err := keepResult(ctx, d, claim, out)
		replayed(&out)
		return out, err
	case !state.Fresh:
		return out, inFlight(key)
	}
	out, err = work.Do(storage.WithClaim(ctx, claim))
	if err == nil {
		return out, keepResult(ctx, d, claim, out)
	}
	if dropErr := d.Store.DropClaim(context.WithoutCancel(ctx), claim); dropErr != nil {
		d.Log.Error("free an idempotency key", "tool", tool, "error", dropErr)
	}
	return out, err
}

// keepResult settles a key, also when the caller has gone: the work is done.
func keepResult(ctx context.Context, d *Deps, claim storage.Claim, out any) error {
	result, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("keep the result of %s: %w", claim.Tool, err)
	}
	return d.Store.SettleClaim(context.WithoutCancel(ctx), claim, result)
}

// inFlight is the refusal of a key whose first call has not ended.
func inFlight(key string) error {
	return ratchet.Errorf(ratchet.CodeConflict, "the first call with idempotency_key %q has not ended", key).
		At("/idempotency_key").With(ratchet.FieldRetryAfter, int64(1000)).
		WithHint("call again in a second")
}

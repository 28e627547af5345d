package tools

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

// once runs do under the caller's idempotency key: a repeated key with the
// same arguments returns the first result, with other arguments it is a
// conflict. Without a key it just runs do. A failed call frees the key.
func once[Out any](ctx context.Context, d *Deps, tool, key string, args any, replayed func(*Out), do func() (Out, error)) (Out, error) {
	if key == "" {
		return do()
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
	if !state.Fresh && state.Result != nil {
		if err := json.Unmarshal(state.Result, &out); err != nil {
			return out, fmt.Errorf("read the first result of %s: %w", tool, err)
		}
		replayed(&out)
		return out, nil
	}
	if !state.Fresh {
		return out, inFlight(key)
	}
	out, err = do()
	// The key is settled even when the caller has gone: the work is done.
	after := context.WithoutCancel(ctx)
	if err != nil {
		if dropErr := d.Store.DropClaim(after, claim); dropErr != nil {
			d.Log.Error("free an idempotency key", "tool", tool, "error", dropErr)
		}
		return out, err
	}
	result, err := json.Marshal(out)
	if err != nil {
		return out, fmt.Errorf("keep the result of %s: %w", tool, err)
	}
	if err := d.Store.SettleClaim(after, claim, result); err != nil {
		return out, err
	}
	return out, nil
}

// inFlight is the refusal of a key whose first call has not ended.
func inFlight(key string) error {
	return ratchet.Errorf(ratchet.CodeConflict, "the first call with idempotency_key %q has not ended", key).
		At("/idempotency_key").With(ratchet.FieldRetryAfter, int64(1000)).
		WithHint("call again in a second; if the first call was cut off, use a new key")
}

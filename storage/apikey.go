package storage

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"ratchet"
)

// keyBody is what of a key is never searched for.
type keyBody struct {
	Scope     ratchet.Scope
	Tier      string
	IPs       []string
	CreatedBy string
}

const keyColumns = "k.id, k.uuid, k.name, k.prefix, k.hash, k.role, k.active, k.created_at, k.expires_at, k.last_used_at, k.usage_count, k.body"

type keyRow struct {
	number, created, usage           int64
	expires, used                    sql.NullInt64
	active                           bool
	id, name, prefix, hash, role, in []byte
}

func (r *keyRow) dest() []any {
	return []any{
		&r.number, &r.id, &r.name, &r.prefix, &r.hash, &r.role, &r.active, &r.created, &r.expires, &r.used, &r.usage, &r.in,
	}
}

func (r *keyRow) key() (*ratchet.APIKey, error) {
	var b keyBody
	if err := cmp.Or(unpack(r.in, &b), sound(r.created, r.expires.Int64, r.used.Int64)); err != nil {
		return nil, err
	}
	return &ratchet.APIKey{
		ID: string(r.id), Name: string(r.name), Prefix: string(r.prefix), Hash: append([]byte{}, r.hash...),
		Role: ratchet.Role(r.role), Scope: b.Scope, Tier: b.Tier, AllowedIPs: b.IPs, Active: r.active, CreatedBy: b.CreatedBy,
		CreatedAt: timeOf(r.created), ExpiresAt: timeOf(r.expires.Int64), LastUsedAt: timeOf(r.used.Int64), UsageCount: r.usage,
	}, nil
}

func keyList() *list {
	fields := map[string]field{
		"id":        {kind: kindText, expr: "k.uuid"},
		"name":      {kind: kindText, expr: "k.name"},
		"role":      {kind: kindText, expr: "k.role"},
		"is_active": {kind: kindBool, expr: "k.active"},
	}
	withBounds(fields, "created", "k.created_at")
	withBounds(fields, "expires", "k.expires_at")
	withBounds(fields, "last_used", "k.last_used_at")
	return &list{
		noun: "API key", from: "api_keys AS k", id: "k.id", columns: keyColumns, fields: fields, sort: "name",
		sorts: map[string]sortField{
			"name": {expr: "k.name"}, "created_at": {expr: "k.created_at"}, "expires_at": {expr: "k.expires_at", nullable: true},
			"last_used_at": {expr: "k.last_used_at", nullable: true}, "usage_count": {expr: "k.usage_count"},
		},
	}
}

// APIKeyFilters describes what ListAPIKeys filters by, sorted by name.
func APIKeyFilters() []ratchet.FilterField { return filterFields(keyList().fields) }

// CreateAPIKey stores a new key. It sets ID (a new UUIDv7 when empty),
// CreatedAt and Active. A name in use is a conflict.
func (db *DB) CreateAPIKey(ctx context.Context, k *ratchet.APIKey) error {
	next := *k
	if next.ID == "" {
		next.ID = newID()
	}
	next.CreatedAt, next.Active = timeOf(db.micros()), true
	body, err := pack(keyBody{next.Scope, next.Tier, next.AllowedIPs, next.CreatedBy})
	if err != nil {
		return err
	}
	err = db.writeIdentity(ctx, func(t *tx) error {
		err := t.exec("store a key", `INSERT INTO api_keys (uuid, name, prefix, hash, role, active, scoped, created_at, expires_at, body)
			VALUES (?,?,?,?,?,1,?,?,?,?)`, []byte(next.ID), []byte(next.Name), []byte(next.Prefix), next.Hash, []byte(next.Role),
			!next.Scope.Empty(), micro(next.CreatedAt), orNull(micro(next.ExpiresAt)), body)
		return keyConflict(err, next.Name)
	})
	if err == nil {
		*k = next
	}
	return err
}

// RotateAPIKey gives a key a new secret; the old one is revoked immediately. A zero
// expires leaves the time as it is. A revoked key stays revoked.
func (db *DB) RotateAPIKey(ctx context.Context, id, prefix string, hash []byte, expires time.Time) error {
	return db.writeIdentity(ctx, func(t *tx) error {
		n, err := t.change("change a key", `UPDATE api_keys SET prefix = ?, hash = ?, expires_at = coalesce(?, expires_at)
			WHERE uuid = ? AND active`, []byte(prefix), hash, orNull(micro(expires)), []byte(id))
		if err == nil && n == 0 {
			err = inactiveKey()
		}
		return err
	})
}

// UpdateAPIKey stores a key's name, role, scope, tier, addresses and end. A
// name in use is a conflict, and so is a revoked key. The last admin stays one.
func (db *DB) UpdateAPIKey(ctx context.Context, k *ratchet.APIKey) error {
	body, err := pack(keyBody{k.Scope, k.Tier, k.AllowedIPs, k.CreatedBy})
	if err != nil {
		return err
	}
	return db.writeIdentity(ctx, func(t *tx) error {
		old, err := keyBy(ctx, t.conn, "uuid = ?", []byte(k.ID))
		if err != nil {
			return err
		}
		n, err := t.change("change a key", `UPDATE api_keys SET name = ?, role = ?, scoped = ?, expires_at = ?, body = ?
			WHERE uuid = ? AND active`, []byte(k.Name), []byte(k.Role), !k.Scope.Empty(), orNull(micro(k.ExpiresAt)), body, []byte(k.ID))
		if err != nil {
			return keyConflict(err, k.Name)
		}
		if n == 0 {
			return inactiveKey()
		}
		if old.Role == ratchet.RoleAdmin && old.Scope.Empty() {
			return t.keepAdmin(ctx, db.micros())
		}
		return nil
	})
}

// inactiveKey refuses to change what is revoked.
func inactiveKey() error {
	return ratchet.Errorf(ratchet.CodeConflict, "the key is revoked or gone").WithHint("create a new one").
		Next(ratchet.ToolCreateAPIKey, nil)
}

// RevokeAPIKey revokes a key for good. Its row stays, for the audit. The last
// admin stays one.
func (db *DB) RevokeAPIKey(ctx context.Context, id string) error {
	return db.writeIdentity(ctx, func(t *tx) error {
		old, err := keyBy(ctx, t.conn, "uuid = ?", []byte(id))
		if err != nil {
			return err
		}
		if old == nil {
			return notFound("API key", id, ratchet.ToolListAPIKeys)
		}
		if err := t.exec("revoke a key", "UPDATE api_keys SET active = 0 WHERE uuid = ?", []byte(id)); err != nil {
			return err
		}
		if old.Role == ratchet.RoleAdmin && old.Active && old.Scope.Empty() {
			return t.keepAdmin(ctx, db.micros())
		}
		return nil
	})
}

// DeleteAPIKey removes the row of a revoked or expired key, to free its name.
func (db *DB) DeleteAPIKey(ctx context.Context, id string) error {
	return db.writeIdentity(ctx, func(t *tx) error {
		n, err := t.change("delete a key", "DELETE FROM api_keys WHERE uuid = ? AND NOT active", []byte(id))
		if err == nil && n == 0 {
			err = ratchet.Errorf(ratchet.CodeConflict, "only a revoked key can be deleted").Next(ratchet.ToolRevokeAPIKey, nil)
		}
		return err
	})
}

// APIKey returns the key with this UUID or name, if exists lets it be; nil lets
// every key be.
func (db *DB) APIKey(ctx context.Context, ref string, exists func(*ratchet.APIKey) bool) (k *ratchet.APIKey, err error) {
	found := func(k *ratchet.APIKey) bool { return k != nil && (exists == nil || exists(k)) }
	err = db.snapshot(ctx, func(q querier) error {
		if k, err = keyBy(ctx, q, "uuid = ?", []byte(strings.ToLower(ref))); found(k) || err != nil {
			return err
		}
		if k, err = keyBy(ctx, q, "name = ?", []byte(ref)); !found(k) && err == nil {
			err = notFound("API key", ref, ratchet.ToolListAPIKeys)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return k, nil
}

// APIKeyByHash returns the key with this SHA-256; nil when there is none.
func (db *DB) APIKeyByHash(ctx context.Context, hash []byte) (k *ratchet.APIKey, err error) {
	err = db.read(ctx, func(q querier) error {
		k, err = keyBy(ctx, q, "hash = ?", hash)
		return err
	})
	return k, err
}

func keyBy(ctx context.Context, q querier, where string, arg any) (*ratchet.APIKey, error) {
	var r keyRow
	return found(ctx, q, "read a key", r.dest(), r.key, "SELECT "+keyColumns+" FROM api_keys AS k WHERE k."+where, arg)
}

// ListAPIKeys returns a page of the keys that exists lets be (nil = every key),
// by name unless SortBy says otherwise.
func (db *DB) ListAPIKeys(ctx context.Context, query ratchet.Query, exists func(*ratchet.APIKey) bool) (ratchet.Page[ratchet.APIKey], error) {
	return pageOf(ctx, db, keyList(), query, exists, func() ([]any, *int64, func() (*ratchet.APIKey, error)) {
		r := new(keyRow)
		return r.dest(), &r.number, r.key
	})
}

// KeyUse is how often a key was used since the last count, and when last.
type KeyUse struct {
	ID    string
	Count int64
	Last  time.Time
}

// CountKeyUses adds uses to the counters of keys, in one write.
func (db *DB) CountKeyUses(ctx context.Context, uses []KeyUse) error {
	return db.write(ctx, false, func(t *tx) error {
		for _, u := range uses {
			err := t.exec("count the uses of a key", `UPDATE api_keys SET usage_count = usage_count + ?1,
				last_used_at = max(coalesce(last_used_at, 0), ?2) WHERE uuid = ?3`, u.Count, micro(u.Last), []byte(u.ID))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func keyConflict(err error, name string) error {
	if !errors.Is(err, errUnique) {
		return err
	}
	return ratchet.Errorf(ratchet.CodeConflict, "an API key named %q exists", name).At("/name").Wrap(err).
		WithHint("choose another name; rotate the key to replace it").Next(ratchet.ToolRotateAPIKey, map[string]any{"key_id": name})
}

package storage

import (
	"cmp"
	"context"
	"database/sql"

	"ratchet"
)

// SealedSecret is a secret with its value as it is stored.
type SealedSecret struct {
	ratchet.Secret
	Sealed []byte // encrypted with the key KeyID; nil = not Stored
}

// secretBody is what of a secret is never searched for.
type secretBody struct {
	Patterns, Hosts []string
	Roles           []ratchet.Role
	CreatedBy       string
}

const secretColumns = "s.id, s.name, s.version, s.sealed, s.key_id, s.readable, s.created_at, s.updated_at, s.body"

type secretRow struct {
	number, version, created, updated int64
	readable                          bool
	name, sealed, key, body           []byte
}

func (r *secretRow) dest() []any {
	return []any{&r.number, &r.name, &r.version, &r.sealed, &r.key, &r.readable, &r.created, &r.updated, &r.body}
}

func (r *secretRow) secret() (*SealedSecret, error) {
	var b secretBody
	if err := cmp.Or(unpack(r.body, &b), sound(r.created, r.updated)); err != nil {
		return nil, err
	}
	return &SealedSecret{
		Secret: ratchet.Secret{
			Name: string(r.name), TaskPatterns: b.Patterns, Hosts: b.Hosts, Roles: b.Roles, Readable: r.readable, Version: r.version,
			Stored: r.sealed != nil, KeyID: string(r.key), CreatedBy: b.CreatedBy, CreatedAt: timeOf(r.created), UpdatedAt: timeOf(r.updated),
		},
		Sealed: append([]byte(nil), r.sealed...),
	}, nil
}

func secretList() *list {
	fields := map[string]field{
		"name":     {kind: kindText, expr: "s.name"},
		"readable": {kind: kindBool, expr: "s.readable"},
	}
	withBounds(fields, "created", "s.created_at")
	withBounds(fields, "updated", "s.updated_at")
	return &list{
		noun: "secret", from: "secrets AS s", id: "s.id", columns: secretColumns, fields: fields, sort: "name",
		sorts: map[string]sortField{
			"name": {expr: "s.name"}, "created_at": {expr: "s.created_at"}, "updated_at": {expr: "s.updated_at"},
		},
	}
}

// SecretFilters describes what ListSecrets filters by, sorted by name.
func SecretFilters() []ratchet.FilterField { return filterFields(secretList().fields) }

// ListSecrets returns a page of secrets, by name unless SortBy says otherwise.
func (db *DB) ListSecrets(ctx context.Context, query ratchet.Query) (ratchet.Page[ratchet.Secret], error) {
	return pageOf(ctx, db, secretList(), query, nil, func() ([]any, *int64, func() (*ratchet.Secret, error)) {
		r := new(secretRow)
		return r.dest(), &r.number, func() (*ratchet.Secret, error) {
			s, err := r.secret()
			if err != nil {
				return nil, err
			}
			return &s.Secret, nil
		}
	})
}

// Secret returns the secret of this name; nil when it is bound to nothing.
func (db *DB) Secret(ctx context.Context, name string) (s *SealedSecret, err error) {
	err = db.read(ctx, func(q querier) error {
		s, err = secretBy(ctx, q, name)
		return err
	})
	return s, err
}

func secretBy(ctx context.Context, q querier, name string) (*SealedSecret, error) {
	var r secretRow
	return found(ctx, q, "read a secret", r.dest(), r.secret, "SELECT "+secretColumns+" FROM secrets AS s WHERE s.name = ?", []byte(name))
}

// ChangeSecret lets change edit the secret of this name, which is new when it
// has no CreatedAt, and stores it. A changed Sealed raises Version. Tasks that
// held the secret unbound hold it no more.
func (db *DB) ChangeSecret(ctx context.Context, name string, change func(s *SealedSecret) error) (out *ratchet.Secret, err error) {
	now := db.micros()
	err = db.write(ctx, true, func(t *tx) error {
		s, err := secretBy(ctx, t.conn, name)
		if err != nil {
			return err
		}
		if s == nil {
			s = &SealedSecret{Secret: ratchet.Secret{Name: name}}
		}
		before := string(s.Sealed)
		if err := change(s); err != nil {
			return err
		}
		if s.Version == 0 || string(s.Sealed) != before {
			s.Version++
		}
		if s.CreatedAt.IsZero() {
			s.CreatedAt = timeOf(now)
		}
		s.UpdatedAt, s.Stored = timeOf(now), s.Sealed != nil
		if err := t.putSecret(s); err != nil {
			return err
		}
		out = &s.Secret
		return t.exec("bind a secret", "DELETE FROM secret_holders WHERE secret = ?", []byte(name))
	})
	return out, err
}

func (t *tx) putSecret(s *SealedSecret) error {
	body, err := pack(secretBody{s.TaskPatterns, s.Hosts, s.Roles, s.CreatedBy})
	if err != nil {
		return err
	}
	var sealed, key any
	if s.Sealed != nil {
		sealed, key = s.Sealed, []byte(s.KeyID)
	}
	return t.exec("store a secret", `INSERT INTO secrets (name, version, sealed, key_id, readable, created_at, updated_at, body)
		VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (name) DO UPDATE SET version = excluded.version, sealed = excluded.sealed,
		key_id = excluded.key_id, readable = excluded.readable, updated_at = excluded.updated_at, body = excluded.body`,
		[]byte(s.Name), s.Version, sealed, key, s.Readable, micro(s.CreatedAt), micro(s.UpdatedAt), body)
}

// DeleteSecret removes a secret with all it was bound to.
func (db *DB) DeleteSecret(ctx context.Context, name string) error {
	return db.write(ctx, true, func(t *tx) error {
		n, err := t.change("delete a secret", "DELETE FROM secrets WHERE name = ?", []byte(name))
		if err == nil && n == 0 {
			err = notFound("secret", name, ratchet.ToolListSecrets)
		}
		return err
	})
}

// ResealSecrets replaces every stored value by what reseal makes of it, under
// the key keyID, all or none. It returns how many there are. Versions stay: the
// values are the same.
func (db *DB) ResealSecrets(ctx context.Context, keyID string, reseal func(*SealedSecret) ([]byte, error)) (count int, err error) {
	err = db.write(ctx, true, func(t *tx) error {
		all, err := sealedSecrets(ctx, t.conn)
		if err != nil {
			return err
		}
		count = len(all)
		for _, s := range all {
			sealed, err := reseal(s)
			if err != nil {
				return err
			}
			err = t.exec("encrypt a secret again", "UPDATE secrets SET sealed = ?, key_id = ? WHERE name = ?", sealed, []byte(keyID), []byte(s.Name))
			if err != nil {
				return err
			}
		}
		return nil
	})
	return count, err
}

// SealedSecrets returns every secret whose value is stored, by name.
func (db *DB) SealedSecrets(ctx context.Context) (all []*SealedSecret, err error) {
	err = db.read(ctx, func(q querier) error {
		all, err = sealedSecrets(ctx, q)
		return err
	})
	return all, err
}

func sealedSecrets(ctx context.Context, q querier) (all []*SealedSecret, err error) {
	err = each(ctx, q, "read secrets", func(rows *sql.Rows) error {
		var r secretRow
		if err := rows.Scan(r.dest()...); err != nil {
			return err
		}
		s, err := r.secret()
		all = append(all, s)
		return err
	}, "SELECT "+secretColumns+" FROM secrets AS s WHERE s.sealed IS NOT NULL ORDER BY s.name")
	return all, err
}

package storage

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"ratchet"
)

const userColumns = "u.id, u.uuid, u.username, u.email, u.display_name, u.role, u.active, u.password, u.created_at, u.updated_at, u.last_login_at, u.bounds"

type userRow struct {
	number, created, updated                   int64
	login                                      sql.NullInt64
	active                                     bool
	id, name, email, display, role, passwordIs []byte
	bounds                                     []byte // packed; nil = none
}

func (r *userRow) dest() []any {
	return []any{
		&r.number, &r.id, &r.name, &r.email, &r.display, &r.role, &r.active, &r.passwordIs, &r.created, &r.updated, &r.login,
		&r.bounds,
	}
}

func (r *userRow) user() (*ratchet.User, error) {
	if err := sound(r.created, r.updated, r.login.Int64); err != nil {
		return nil, err
	}
	u := &ratchet.User{
		ID: string(r.id), Username: string(r.name), Email: string(r.email), DisplayName: string(r.display),
		Role: ratchet.Role(r.role), Active: r.active, PasswordHash: string(r.passwordIs),
		CreatedAt: timeOf(r.created), UpdatedAt: timeOf(r.updated), LastLoginAt: timeOf(r.login.Int64),
	}
	if r.bounds == nil {
		return u, nil
	}
	err := unpack(r.bounds, &u.Bounds)
	if !u.Bounds.ExpiresAt.IsZero() {
		u.Bounds.ExpiresAt = u.Bounds.ExpiresAt.UTC()
	}
	return u, err
}

func userList() *list {
	fields := map[string]field{
		"id":        {kind: kindText, expr: "u.uuid"},
		"username":  {kind: kindText, expr: "u.username"},
		"email":     {kind: kindText, expr: "u.email"},
		"role":      {kind: kindText, expr: "u.role"},
		"is_active": {kind: kindBool, expr: "u.active"},
	}
	withBounds(fields, "created", "u.created_at")
	withBounds(fields, "updated", "u.updated_at")
	return &list{
		noun: "user", from: "users AS u", id: "u.id", columns: userColumns, fields: fields, sort: "username",
		sorts: map[string]sortField{
			"username": {expr: "u.username_key"}, "created_at": {expr: "u.created_at"}, "updated_at": {expr: "u.updated_at"},
			"last_login_at": {expr: "u.last_login_at", nullable: true},
		},
	}
}

// UserFilters describes what ListUsers filters by, sorted by name.
func UserFilters() []ratchet.FilterField { return filterFields(userList().fields) }

// CreateUser stores a new user. It sets ID (a new UUIDv7 when empty),
// CreatedAt and UpdatedAt. A username or email in use is a conflict.
func (db *DB) CreateUser(ctx context.Context, u *ratchet.User) error {
	return db.createUser(ctx, u, false)
}

// CreateFirstAdmin is CreateUser for the first admin of all: a conflict when
// there is one already, be it a user or a key.
func (db *DB) CreateFirstAdmin(ctx context.Context, u *ratchet.User) error {
	return db.createUser(ctx, u, true)
}

func (db *DB) createUser(ctx context.Context, u *ratchet.User, first bool) error {
	next := *u
	if next.ID == "" {
		next.ID = newID()
	}
	next.CreatedAt = timeOf(db.micros())
	next.UpdatedAt = next.CreatedAt
	args, err := userArgs(&next)
	if err != nil {
		return err
	}
	err = db.writeIdentity(ctx, func(t *tx) error {
		if first {
			n, err := t.admins(ctx, next.CreatedAt.UnixMicro())
			if err != nil {
				return err
			}
			if n > 0 {
				return ratchet.Errorf(ratchet.CodeConflict, "there is an admin already").WithHint("log in as that admin to create users")
			}
		}
		err := t.exec("store a user", `INSERT INTO users
			(username, username_key, email, email_key, display_name, role, active, password, bounds, updated_at, uuid, created_at)
			VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`, append(args, []byte(next.ID), micro(next.CreatedAt))...)
		return userConflict(err)
	})
	if err == nil {
		*u = next
	}
	return err
}

// UpdateUser replaces the user with u's ID by u, with LastLoginAt kept, and
// sets UpdatedAt. keep is a login of the user that stays when the user's other
// logins end: they end when the password, the role or Active changed. The last
// admin stays one.
func (db *DB) UpdateUser(ctx context.Context, u *ratchet.User, keep string) error {
	next := *u
	next.UpdatedAt = timeOf(db.micros())
	args, err := userArgs(&next)
	if err != nil {
		return err
	}
	err = db.writeIdentity(ctx, func(t *tx) error {
		old, err := userBy(ctx, t.conn, "uuid = ?", []byte(next.ID))
		if err != nil {
			return err
		}
		if old == nil {
			return notFound("user", next.ID, ratchet.ToolListUsers)
		}
		next.CreatedAt, next.LastLoginAt = old.CreatedAt, old.LastLoginAt
		err = t.exec("change a user", `UPDATE users SET username = ?, username_key = ?, email = ?, email_key = ?,
			display_name = ?, role = ?, active = ?, password = ?, bounds = ?, updated_at = ? WHERE uuid = ?`, append(args, []byte(next.ID))...)
		if err != nil {
			return userConflict(err)
		}
		if old.Role != next.Role || old.Active != next.Active || old.PasswordHash != next.PasswordHash {
			if err := t.exec("end logins", "DELETE FROM logins WHERE user = ? AND uuid <> ?", []byte(next.ID), []byte(keep)); err != nil {
				return err
			}
		}
		if old.Role == ratchet.RoleAdmin && old.Active {
			return t.keepAdmin(ctx, db.micros())
		}
		return nil
	})
	if err == nil {
		*u = next
	}
	return err
}

// DeleteUser removes a user and ends its logins. The last admin stays.
func (db *DB) DeleteUser(ctx context.Context, id string) error {
	return db.writeIdentity(ctx, func(t *tx) error {
		old, err := userBy(ctx, t.conn, "uuid = ?", []byte(id))
		if err != nil {
			return err
		}
		if old == nil {
			return notFound("user", id, ratchet.ToolListUsers)
		}
		if err := t.exec("end logins", "DELETE FROM logins WHERE user = ?", []byte(id)); err != nil {
			return err
		}
		if err := t.exec("delete a user", "DELETE FROM users WHERE uuid = ?", []byte(id)); err != nil {
			return err
		}
		if old.Role == ratchet.RoleAdmin && old.Active {
			return t.keepAdmin(ctx, db.micros())
		}
		return nil
	})
}

// User returns the user with this UUID, username or email, in that order, if
// exists lets it be; nil lets every user be.
func (db *DB) User(ctx context.Context, ref string, exists func(*ratchet.User) bool) (u *ratchet.User, err error) {
	low := []byte(strings.ToLower(ref))
	err = db.snapshot(ctx, func(q querier) error {
		for _, column := range []string{"uuid", "username_key", "email_key"} {
			if u, err = userBy(ctx, q, column+" = ?", low); err != nil || u != nil && (exists == nil || exists(u)) {
				return err
			}
		}
		return notFound("user", ref, ratchet.ToolListUsers)
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}

func userBy(ctx context.Context, q querier, where string, arg any) (*ratchet.User, error) {
	var r userRow
	return found(ctx, q, "read a user", r.dest(), r.user, "SELECT "+userColumns+" FROM users AS u WHERE u."+where, arg)
}

// ListUsers returns a page of the users that exists lets be (nil = every user),
// by username unless SortBy says otherwise.
func (db *DB) ListUsers(ctx context.Context, query ratchet.Query, exists func(*ratchet.User) bool) (ratchet.Page[ratchet.User], error) {
	return pageOf(ctx, db, userList(), query, exists, func() ([]any, *int64, func() (*ratchet.User, error)) {
		r := new(userRow)
		return r.dest(), &r.number, r.user
	})
}

// HasAdmin says whether an active user or a valid key has the role admin.
func (db *DB) HasAdmin(ctx context.Context) (has bool, err error) {
	now := db.micros()
	err = db.snapshot(ctx, func(q querier) error {
		n, err := countAdmins(ctx, q, now)
		has = n > 0
		return err
	})
	return has, err
}

func countAdmins(ctx context.Context, q querier, now int64) (n int64, err error) {
	err = one(ctx, q, "count admins", []any{&n}, `SELECT (SELECT count(*) FROM users WHERE role = ?1 AND active AND bounds IS NULL)
		+ (SELECT count(*) FROM api_keys WHERE role = ?1 AND active AND NOT scoped AND (expires_at IS NULL OR expires_at > ?2))`,
		[]byte(ratchet.RoleAdmin), now)
	return n, err
}

func (t *tx) admins(ctx context.Context, now int64) (int64, error) {
	return countAdmins(ctx, t.conn, now)
}

// keepAdmin fails when the transaction has left no admin.
func (t *tx) keepAdmin(ctx context.Context, now int64) error {
	n, err := t.admins(ctx, now)
	if err == nil && n == 0 {
		err = ratchet.Errorf(ratchet.CodeConflict, "this is the last admin").
			WithHint("make another user or key an admin first").Next(ratchet.ToolCreateUser, nil)
	}
	return err
}

func userArgs(u *ratchet.User) ([]any, error) {
	var bounds any
	if !u.Bounds.Empty() {
		packed, err := pack(u.Bounds)
		if err != nil {
			return nil, err
		}
		bounds = packed
	}
	return []any{
		[]byte(u.Username), []byte(strings.ToLower(u.Username)), text(u.Email), text(strings.ToLower(u.Email)), text(u.DisplayName),
		[]byte(u.Role), u.Active, text(u.PasswordHash), bounds, micro(u.UpdatedAt),
	}, nil
}

func userConflict(err error) error {
	if !errors.Is(err, errUnique) {
		return err
	}
	return ratchet.Errorf(ratchet.CodeConflict, "the username or email is taken").Wrap(err).
		WithHint("choose another one, or change that user").Next(ratchet.ToolListUsers, nil)
}

// writeIdentity is write for everything that decides who may do what.
func (db *DB) writeIdentity(ctx context.Context, fn func(t *tx) error) error {
	defer db.identities.Add(1)
	return db.write(ctx, true, fn)
}

// IdentityRevision changes whenever users, keys or logins were changed: what
// was read while it was the same still holds. The counters of keys do not
// change it.
func (db *DB) IdentityRevision() int64 { return db.identities.Load() }

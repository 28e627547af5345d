package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"ratchet"
)

// LoginLimits bound the open logins. Zero means no bound.
type LoginLimits struct {
	PerUser int // the oldest of the user ends when there would be more
	Total   int // further ones are refused
}

// CreateLogin stores a new login and remembers when the user logged in. It
// sets ID (a new UUIDv7 when empty), CreatedAt, ExtendedAt and ExpiresAt, by
// Life. Expired logins are forgotten.
func (db *DB) CreateLogin(ctx context.Context, l *ratchet.Login, limits LoginLimits) error {
	next := *l
	if next.ID == "" {
		next.ID = newID()
	}
	next.CreatedAt = timeOf(db.micros())
	next.ExtendedAt, next.ExpiresAt = next.CreatedAt, next.CreatedAt.Add(next.Life)
	now := micro(next.CreatedAt)
	err := db.writeIdentity(ctx, func(t *tx) error {
		if err := t.exec("forget expired logins", "DELETE FROM logins WHERE expires_at <= ?", now); err != nil {
			return err
		}
		if err := t.roomForLogin(next.UserID, limits); err != nil {
			return err
		}
		err := t.exec("store a login", `INSERT INTO logins (uuid, user, hash, created_at, extended_at, expires_at, life)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, []byte(next.ID), []byte(next.UserID), next.Hash, now, now, micro(next.ExpiresAt), next.Life.Microseconds())
		if err != nil {
			return err
		}
		return t.exec("remember a login", "UPDATE users SET last_login_at = ? WHERE uuid = ?", now, []byte(next.UserID))
	})
	if err == nil {
		*l = next
	}
	return err
}

func (t *tx) roomForLogin(user string, limits LoginLimits) error {
	if limits.PerUser > 0 {
		err := t.exec("end the oldest logins", `DELETE FROM logins WHERE id IN
			(SELECT id FROM logins WHERE user = ? ORDER BY id DESC LIMIT -1 OFFSET ?)`, []byte(user), limits.PerUser-1)
		if err != nil {
			return err
		}
	}
	if limits.Total == 0 {
		return nil
	}
	var n int
	if err := t.row("count logins", []any{&n}, "SELECT count(*) FROM logins"); err != nil {
		return err
	}
	if n >= limits.Total {
		return ratchet.Errorf(ratchet.CodeUnavailable, "too many people are logged in").WithHint("try again later, or use an API key")
	}
	return nil
}

// Login returns the login and its user by the hash of the cookie or, with a
// nil hash, by its ID. Both are nil when the login is over or its user may not
// log in.
func (db *DB) Login(ctx context.Context, id string, hash []byte) (l *ratchet.Login, u *ratchet.User, err error) {
	where, arg := "hash = ?", hash
	if hash == nil {
		where, arg = "uuid = ?", []byte(id)
	}
	now := db.micros()
	err = db.snapshot(ctx, func(q querier) error {
		var sid, user, hash []byte
		var created, extended, expires, life int64
		err := one(ctx, q, "read a login", []any{&sid, &user, &hash, &created, &extended, &expires, &life},
			"SELECT uuid, user, hash, created_at, extended_at, expires_at, life FROM logins WHERE expires_at > ? AND "+where, now, arg)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if u, err = userBy(ctx, q, "uuid = ?", user); err != nil || u == nil || !u.MayLogin(timeOf(now)) {
			u = nil
			return err
		}
		l = &ratchet.Login{
			ID: string(sid), UserID: string(user), Hash: append([]byte{}, hash...), CreatedAt: timeOf(created),
			ExtendedAt: timeOf(extended), ExpiresAt: timeOf(expires), Life: time.Duration(life) * time.Microsecond,
		}
		return nil
	})
	return l, u, err
}

// ExtendLogin gives a login its whole life again. An ended one stays ended.
func (db *DB) ExtendLogin(ctx context.Context, id string) error {
	now := db.micros()
	defer db.identities.Add(1)
	return db.write(ctx, false, func(t *tx) error {
		return t.exec("extend a login", "UPDATE logins SET extended_at = ?1, expires_at = ?1 + life WHERE uuid = ?2 AND expires_at > ?1",
			now, []byte(id))
	})
}

// EndLogin ends a login. Ending one that is over is harmless.
func (db *DB) EndLogin(ctx context.Context, id string) error {
	return db.writeIdentity(ctx, func(t *tx) error {
		return t.exec("end a login", "DELETE FROM logins WHERE uuid = ?", []byte(id))
	})
}

// RevokeToken voids a token by its jti until it would have expired.
func (db *DB) RevokeToken(ctx context.Context, jti string, expires time.Time) error {
	now := db.micros()
	return db.writeIdentity(ctx, func(t *tx) error {
		if err := t.exec("forget expired tokens", "DELETE FROM revoked_tokens WHERE expires_at < ?", now); err != nil {
			return err
		}
		return t.exec("revoke a token", `INSERT INTO revoked_tokens (jti, expires_at) VALUES (?, ?)
			ON CONFLICT (jti) DO UPDATE SET expires_at = max(expires_at, excluded.expires_at)`, []byte(jti), micro(expires))
	})
}

// TokenRevoked says whether a token was revoked.
func (db *DB) TokenRevoked(ctx context.Context, jti string) (revoked bool, err error) {
	err = db.read(ctx, func(q querier) error {
		return one(ctx, q, "look for a revoked token", []any{&revoked}, "SELECT EXISTS (SELECT 1 FROM revoked_tokens WHERE jti = ?)", []byte(jti))
	})
	return revoked, err
}

// ServerSecret returns a secret of the server by name. When there is none yet,
// it stores fresh and returns it.
func (db *DB) ServerSecret(ctx context.Context, name string, fresh []byte) (value []byte, err error) {
	err = db.write(ctx, true, func(t *tx) error {
		if err := t.exec("store a secret", "INSERT OR IGNORE INTO server_secrets (name, value) VALUES (?, ?)", []byte(name), fresh); err != nil {
			return err
		}
		return t.row("read a secret", []any{&value}, "SELECT value FROM server_secrets WHERE name = ?", []byte(name))
	})
	return append([]byte{}, value...), err
}

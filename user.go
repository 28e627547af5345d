package ratchet

import "time"

// User is a person who may log in.
type User struct {
	ID           string // UUIDv7
	Username     string // unique, compared without regard to case
	Email        string // unique when not empty, compared without regard to case
	DisplayName  string
	Role         Role
	Bounds       Bounds // what narrows the user below the role
	Active       bool   // false = cannot log in, and what it logged in before is over
	PasswordHash string // argon2id; empty = the user has no password. Never leaves the server
	CreatedAt    time.Time
	UpdatedAt    time.Time
	LastLoginAt  time.Time // zero = never
}

// Principal is the user as a caller.
func (u *User) Principal(via string) Principal {
	return u.Bounds.narrow(Principal{ID: "user:" + u.ID, Name: u.Username, Role: u.Role, Via: via})
}

// MayLogin says whether the user can log in at a time, and what it logged in
// before holds.
func (u *User) MayLogin(now time.Time) bool {
	return u.Active && (u.Bounds.ExpiresAt.IsZero() || now.Before(u.Bounds.ExpiresAt))
}

// APIKey is a secret with which a program calls. Only its hash is kept.
type APIKey struct {
	ID         string // UUIDv7
	Name       string // unique, for people
	Prefix     string // the first characters of the key, to tell keys apart
	Hash       []byte // SHA-256 of the key. Never leaves the server
	Role       Role   // admin, service, user or readonly
	Scope      Scope  // what the key may do of what the role may
	Tier       string // rate tier; empty = default
	AllowedIPs []string
	Active     bool // false = revoked
	CreatedBy  string
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero = never
	LastUsedAt time.Time // zero = never
	UsageCount int64
}

// Principal is the key as a caller.
func (k *APIKey) Principal() Principal {
	b := k.Bounds()
	return b.narrow(Principal{ID: "key:" + k.ID, Name: k.Name, Role: k.Role, Via: "api_key"})
}

// Login is a user's open session.
type Login struct {
	ID         string // UUIDv7; the sid of its tokens
	UserID     string
	Hash       []byte // SHA-256 of the cookie. Never leaves the server
	CreatedAt  time.Time
	ExtendedAt time.Time // when ExpiresAt was set last
	ExpiresAt  time.Time
	Life       time.Duration // how long an extension lasts
}

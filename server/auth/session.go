package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"time"

	"ratchet"
	"ratchet/credential"
	"ratchet/schema"
	"ratchet/storage"
)

// profile is a login policy.
type profile struct {
	life     time.Duration // of a login
	remember time.Duration // of one that asked to be remembered
	extend   time.Duration // a login is extended when it was not for this long; 0 = never
	limits   storage.LoginLimits
}

// week is how long a login lasts that asked to be remembered.
const week = 7 * 24 * time.Hour

func profiles() map[string]profile {
	return map[string]profile{
		"default":     {24 * time.Hour, week, 5 * time.Minute, storage.LoginLimits{PerUser: 5, Total: 10_000}},
		"production":  {8 * time.Hour, 8 * time.Hour, 30 * time.Minute, storage.LoginLimits{PerUser: 3, Total: 50_000}},
		"development": {72 * time.Hour, week, 2 * time.Hour, storage.LoginLimits{PerUser: 10, Total: 1000}},
		"strict":      {2 * time.Hour, 2 * time.Hour, 0, storage.LoginLimits{PerUser: 1, Total: 10_000}},
	}
}

func profileOf(name string) (profile, error) {
	if name == "" {
		name = "default"
	}
	if p, ok := profiles()[name]; ok {
		return p, nil
	}
	names := []string{"default", "production", "development", "strict"}
	e := ratchet.Errorf(ratchet.CodeConfig, "there is no login profile %q", name).At("auth.login_profile").With(ratchet.FieldAllowed, names)
	if near := schema.Nearest(name, names); near != "" {
		e.With(ratchet.FieldNearest, near)
	}
	return profile{}, e
}

// open makes a login of a user. The secret is for the user's cookie only.
func (a *Authenticator) open(ctx context.Context, u *ratchet.User, remember bool) (l *ratchet.Login, secret string, err error) {
	secret = credential.Token()
	l = &ratchet.Login{UserID: u.ID, Hash: credential.Digest(secret), Life: a.profile.life}
	if remember {
		l.Life = a.profile.remember
	}
	if err := a.cfg.Store.CreateLogin(ctx, l, a.profile.limits); err != nil {
		return nil, "", err
	}
	return l, secret, nil
}

// bySession finds the login of a cookie; ok is false when there is none.
func (a *Authenticator) bySession(ctx context.Context, secret string) (id identity, ok bool, err error) {
	if len(secret) > 100 {
		return identity{}, false, nil
	}
	id, err = a.known.get(a.cfg.Store, "session", secret, a.cfg.Now(), func() (identity, time.Time, error) {
		l, u, err := a.cfg.Store.Login(ctx, "", credential.Digest(secret))
		if err == nil && u == nil {
			err = refused("the login is over")
		}
		if err != nil {
			return identity{}, time.Time{}, err
		}
		id := userIdentity(u, "session")
		id.login, id.cookie = l, true
		id.principal.Session = &ratchet.Session{Login: l.ID, LoginEnd: l.ExpiresAt}
		return id, ending(l, u), nil
	})
	if ratchet.CodeOf(err) == ratchet.CodeUnauthenticated {
		return identity{}, false, nil
	}
	if err != nil {
		return identity{}, false, err
	}
	return id, true, a.extend(ctx, id.login)
}

// ending is when a login is over for its user.
func ending(l *ratchet.Login, u *ratchet.User) time.Time {
	if u.Bounds.ExpiresAt.IsZero() {
		return l.ExpiresAt
	}
	return earlier(l.ExpiresAt, u.Bounds.ExpiresAt)
}

// extend gives a login that is in use its whole life again, now and then.
func (a *Authenticator) extend(ctx context.Context, l *ratchet.Login) error {
	if a.profile.extend == 0 || a.cfg.Now().Sub(l.ExtendedAt) < a.profile.extend {
		return nil
	}
	return a.cfg.Store.ExtendLogin(ctx, l.ID)
}

// Names of the session's cookie. Browsers keep the prefix from being set by
// anything but this host over TLS.
func cookieName(secure bool) string {
	if secure {
		return "__Host-ratchet_session"
	}
	return "ratchet_session"
}

func (a *Authenticator) setCookie(w http.ResponseWriter, r *http.Request, secret string, expires time.Time) {
	secure := a.secure(r)
	c := &http.Cookie{
		Name: cookieName(secure), Value: secret, Path: "/", Expires: expires,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
	}
	if secret == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// csrfToken belongs to a session: who can read our answers knows it, a page of
// other callers do not.
func csrfToken(secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("csrf"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// headerCSRF carries the CSRF token of writes that a cookie authenticates.
const headerCSRF = "X-Csrf-Token"

func (a *Authenticator) checkCSRF(r *http.Request) error {
	given := r.Header.Get(headerCSRF)
	want := csrfToken(a.fromRequest(r).Session)
	if subtle.ConstantTimeCompare([]byte(given), []byte(want)) == 1 {
		return nil
	}
	return ratchet.Errorf(ratchet.CodeDenied, "the request lacks the CSRF token of the login").
		WithHint("send csrfToken of GET /api/v1/auth/me in the header X-CSRF-Token")
}

// ProfileNames are the login policies.
func ProfileNames() []string { return slices.Sorted(maps.Keys(profiles())) }

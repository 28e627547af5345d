package auth

import (
	"context"
	"net/http"
	"strings"

	"ratchet"
)

func (a *Authenticator) login(r *http.Request) (outcome, error) {
	var in struct {
		Username   string `json:"username"`
		Email      string `json:"email"`
		Password   string `json:"password"`
		RememberMe bool   `json:"rememberMe"`
	}
	if err := body(r, &in); err != nil {
		return outcome{}, err
	}
	name := in.Username
	if name == "" {
		name = in.Email
	}
	if name == "" || in.Password == "" || len(name) > 320 {
		return outcome{}, ratchet.Errorf(ratchet.CodeInvalid, "a username or email and a password are wanted").At("/username")
	}
	u, err := a.checkPassword(r.Context(), name, in.Password, remoteIP(r))
	if err != nil {
		return outcome{}, err
	}
	if !within(networksOf(u.Bounds.AllowedIPs), remoteIP(r)) {
		return outcome{}, wrongAddress()
	}
	return a.startSession(r, u, in.RememberMe, "auth_login")
}

// checkPassword finds the user of a name and password. That there is no such
// user, that it may not log in and that the password is wrong are one error
// and take the same time. Who fails often is slowed down by name and address;
// users are not where they have logged in before.
func (a *Authenticator) checkPassword(ctx context.Context, name, password, ip string) (*ratchet.User, error) {
	u, err := a.cfg.Store.User(ctx, name, nil)
	if err != nil && ratchet.CodeOf(err) != ratchet.CodeNotFound {
		return nil, err
	}
	who, known, hash := "name "+strings.ToLower(name), "", ""
	if err == nil {
		who, known = "user "+u.ID, u.Username
		if u.MayLogin(a.cfg.Now()) {
			hash = u.PasswordHash
		}
	}
	home := hash != "" && a.familiar.knows(u.ID, ip)
	ended, wait := a.attempts.admit(home, subject{who + " " + ip, perPair}, subject{"address " + ip, perAddress}, subject{who, perName})
	if ended == nil {
		a.cfg.OnEvent(ctx, Event{Kind: "auth_failed", Name: known, IP: ip, Reason: "too many failed attempts"})
		return nil, tooMany(wait)
	}
	failed := true
	defer func() { ended(failed) }()
	ok, err := a.compare(ctx, hash, password, wait > 0)
	switch {
	case err != nil:
		return nil, err
	case ok:
		failed = false
		return u, nil
	}
	a.cfg.OnEvent(ctx, Event{Kind: "auth_failed", Name: known, IP: ip, Reason: "wrong name or password"})
	if wait > 0 {
		return nil, tooMany(wait)
	}
	return nil, ratchet.Errorf(ratchet.CodeUnauthenticated, "the name or the password is wrong")
}

// compare checks a password. Where passwords are being guessed it does one at a time,
// so that others log in as fast as ever.
func (a *Authenticator) compare(ctx context.Context, hash, password string, guessing bool) (bool, error) {
	if guessing {
		select {
		case a.guesses <- struct{}{}:
			defer func() { <-a.guesses }()
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
	}
	return a.passwords.Check(ctx, hash, password)
}

// Expected says whether a user has logged in from the request's address:
// failures there never keep them from trying again.
func (a *Authenticator) Expected(r *http.Request) bool { return a.familiar.address(remoteIP(r)) }

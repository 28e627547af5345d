package auth

import (
	"context"
	"crypto/subtle"
	"net/http"
	"sync"

	"ratchet"
	"ratchet/credential"
)

// bootstrap holds the token that lets the first admin in.
type bootstrap struct {
	mu    sync.Mutex
	token []byte // digest; nil = there is none
}

// AdminToken makes the one-time token with which POST /auth/bootstrap creates
// the first admin. It is empty when there is an admin.
func (a *Authenticator) AdminToken(ctx context.Context) (string, error) {
	has, err := a.cfg.Store.HasAdmin(ctx)
	if err != nil || has {
		return "", err
	}
	token := credential.Token()
	a.boot.mu.Lock()
	defer a.boot.mu.Unlock()
	a.boot.token = credential.Digest(token)
	return token, nil
}

// CreateAdmin makes the first admin, with the name admin. It does nothing when
// there is an admin, and fails when the password is not acceptable.
func (a *Authenticator) CreateAdmin(ctx context.Context, password string) (created bool, err error) {
	has, err := a.cfg.Store.HasAdmin(ctx)
	if err != nil || has {
		return false, err
	}
	u, err := a.userOf(ctx, newUserIn{Username: "admin", Password: password}, ratchet.RoleAdmin)
	if err != nil {
		return false, err
	}
	err = a.cfg.Store.CreateFirstAdmin(ctx, u)
	return err == nil, err
}

func (a *Authenticator) bootstrapAdmin(r *http.Request) (outcome, error) {
	var in struct {
		Token string `json:"token"`
		newUserIn
	}
	if err := body(r, &in); err != nil {
		return outcome{}, err
	}
	ended, wait := a.attempts.admit(false, subject{"bootstrap " + remoteIP(r), perPair})
	if ended == nil {
		return outcome{}, tooMany(wait)
	}
	failed := true
	defer func() { ended(failed) }()
	if !a.boot.fits(in.Token) {
		return outcome{}, ratchet.Errorf(ratchet.CodeUnauthenticated, "the token is wrong, or there is an admin already").
			WithHint("the server prints the token on stderr when it starts without an admin")
	}
	failed = false
	u, err := a.userOf(r.Context(), in.newUserIn, ratchet.RoleAdmin)
	if err != nil {
		return outcome{}, err
	}
	// The store decides who is first when several come at once.
	if err := a.cfg.Store.CreateFirstAdmin(r.Context(), u); err != nil {
		return outcome{}, err
	}
	a.boot.spend()
	out, err := a.startSession(r, u, false, "user_created")
	out.status = http.StatusCreated
	return out, err
}

func (b *bootstrap) fits(token string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.token != nil && subtle.ConstantTimeCompare(b.token, credential.Digest(token)) == 1
}

func (b *bootstrap) spend() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.token = nil
}

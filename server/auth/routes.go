package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"time"

	"ratchet"
	"ratchet/credential"
	"ratchet/endpoint"
	"ratchet/reply"
	"ratchet/schema"
)

// Mount serves Endpoints.
func (a *Authenticator) Mount(mux *http.ServeMux, prefix string) {
	endpoint.Mount(mux, a.Endpoints(prefix)...)
	if a.issuer != nil {
		mux.HandleFunc("GET "+metadataPath+"/{rest...}", a.metadata)
	}
}

// PublicPaths are those of Mount that need no credentials.
func PublicPaths(prefix string) []string {
	return []string{prefix + "/auth/login", prefix + "/auth/register", prefix + "/auth/bootstrap", metadataPath}
}

// outcome is what a route answers.
type outcome struct {
	status  int // 0 = 200
	data    any
	cookie  string // secret of a new session; empty = none
	expires time.Time
	forget  bool // take the cookie back
}

// route answers a request of the login.
type route func(*http.Request) (outcome, error)

// handler serves a route.
func (a *Authenticator) handler(h route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.serve(w, r, h) })
}

func (a *Authenticator) serve(w http.ResponseWriter, r *http.Request, h route) {
	out, err := h(r)
	if err != nil {
		a.Challenge(w, r, err)
		a.cfg.Refuse(w, r, err)
		return
	}
	if out.cookie != "" {
		a.setCookie(w, r, out.cookie, out.expires)
	}
	if out.forget {
		a.setCookie(w, r, "", time.Time{})
	}
	if out.status == 0 {
		out.status = http.StatusOK
	}
	reply.JSON(w, out.status, map[string]any{
		"data": out.data,
		"meta": map[string]any{"requestId": r.Header.Get(reply.HeaderRequestID), "timestamp": stamp(a.cfg.Now())},
	})
}

// maxBody bounds the body of a login.
const maxBody = 16 << 10

// body reads the JSON object of a request. That it must say it is JSON keeps
// forms of other pages away.
func body(r *http.Request, into any) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return ratchet.Errorf(ratchet.CodeUnsupportedMedia, "the body must be application/json")
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return ratchet.Errorf(ratchet.CodeInvalid, "the body was cut off").Wrap(err)
	case len(text) > maxBody:
		return ratchet.Errorf(ratchet.CodeTooLarge, "the body is larger than %d bytes", maxBody)
	}
	if err := schema.Refuse("the body", text); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return ratchet.Errorf(ratchet.CodeInvalid, "the body is not the JSON object that is wanted").WithHint("see the API documentation")
	}
	return nil
}

// userView is a user as clients see it.
type userView struct {
	ID          string  `json:"id"`
	Username    string  `json:"username"`
	Email       *string `json:"email"`
	DisplayName *string `json:"displayName"`
	Role        string  `json:"role"`
	IsActive    bool    `json:"isActive"`
	CreatedAt   string  `json:"createdAt"`
	LastLoginAt *string `json:"lastLoginAt"`
}

func viewOf(u *ratchet.User) userView {
	v := userView{ID: u.ID, Username: u.Username, Role: string(u.Role), IsActive: u.Active, CreatedAt: stamp(u.CreatedAt)}
	if u.Email != "" {
		v.Email = &u.Email
	}
	if u.DisplayName != "" {
		v.DisplayName = &u.DisplayName
	}
	if !u.LastLoginAt.IsZero() {
		at := stamp(u.LastLoginAt)
		v.LastLoginAt = &at
	}
	return v
}

type tokenView struct {
	AccessToken string    `json:"accessToken"`
	TokenType   string    `json:"tokenType"`
	ExpiresAt   string    `json:"expiresAt"`
	CSRFToken   string    `json:"csrfToken,omitempty"`
	User        *userView `json:"user,omitempty"`
}

// startSession opens a login and answers with its token and cookie.
func (a *Authenticator) startSession(r *http.Request, u *ratchet.User, remember bool, kind string) (outcome, error) {
	l, secret, err := a.open(r.Context(), u, remember)
	if err != nil {
		return outcome{}, err
	}
	token, expires, err := a.issue(u, l)
	if err != nil {
		return outcome{}, err
	}
	p := u.Principal("session")
	p.IP = remoteIP(r)
	a.cfg.OnEvent(r.Context(), Event{Kind: kind, Principal: p, IP: p.IP})
	a.familiar.remember(u.ID, p.IP, a.cfg.Now())
	u.LastLoginAt = l.CreatedAt
	view := viewOf(u)
	return outcome{
		data:   tokenView{AccessToken: token, TokenType: "Bearer", ExpiresAt: stamp(expires), CSRFToken: csrfToken(secret), User: &view},
		cookie: secret, expires: l.ExpiresAt,
	}, nil
}

// current is the identity of a request whose caller has a login.
func current(r *http.Request) (*identity, error) {
	id := identityFrom(r.Context())
	if id == nil || id.login == nil {
		return nil, ratchet.Errorf(ratchet.CodeUnauthenticated, "this is for users who are logged in").
			WithHint("log in at POST /api/v1/auth/login")
	}
	return id, nil
}

func (a *Authenticator) logout(r *http.Request) (outcome, error) {
	id := identityFrom(r.Context())
	if id == nil || id.login == nil && id.token == "" {
		return outcome{data: map[string]any{"success": true}, forget: true}, nil
	}
	if id.token != "" {
		if err := a.cfg.Store.RevokeToken(r.Context(), id.token, id.until.Add(2*skew)); err != nil {
			return outcome{}, err
		}
	}
	if id.login != nil {
		if err := a.cfg.Store.EndLogin(r.Context(), id.login.ID); err != nil {
			return outcome{}, err
		}
	}
	a.cfg.OnEvent(r.Context(), Event{Kind: "auth_logout", Principal: id.principal, IP: id.principal.IP})
	return outcome{data: map[string]any{"success": true}, forget: true}, nil
}

func (a *Authenticator) refresh(r *http.Request) (outcome, error) {
	id, err := current(r)
	if err != nil {
		return outcome{}, err
	}
	if a.profile.extend > 0 {
		if err := a.cfg.Store.ExtendLogin(r.Context(), id.login.ID); err != nil {
			return outcome{}, err
		}
	}
	l, u, err := a.cfg.Store.Login(r.Context(), id.login.ID, nil)
	if err != nil {
		return outcome{}, err
	}
	if u == nil {
		return outcome{}, refused("the login is over")
	}
	token, expires, err := a.issue(u, l)
	if err != nil {
		return outcome{}, err
	}
	a.cfg.OnEvent(r.Context(), Event{Kind: "auth_token_refresh", Principal: id.principal, IP: id.principal.IP})
	out := outcome{data: tokenView{AccessToken: token, TokenType: "Bearer", ExpiresAt: stamp(expires)}}
	if id.cookie { // the browser keeps the cookie as long as the login lasts
		out.cookie, out.expires = a.fromRequest(r).Session, l.ExpiresAt
	}
	return out, nil
}

func (a *Authenticator) me(r *http.Request) (outcome, error) {
	id := identityFrom(r.Context())
	if id == nil {
		return outcome{}, refused("not logged in")
	}
	p := id.principal
	out := map[string]any{"id": p.ID, "name": p.Name, "role": p.Role, "via": p.Via, "tier": p.Tier, "scope": p.Scope, "user": nil}
	if id.login != nil {
		u, err := a.cfg.Store.User(r.Context(), id.login.UserID, nil)
		if err != nil {
			return outcome{}, err
		}
		out["user"], out["loginExpiresAt"] = viewOf(u), stamp(id.login.ExpiresAt)
	}
	if id.cookie {
		out["csrfToken"] = csrfToken(a.fromRequest(r).Session)
	}
	return outcome{data: out}, nil
}

func (a *Authenticator) changePassword(r *http.Request) (outcome, error) {
	id, err := current(r)
	if err != nil {
		return outcome{}, err
	}
	var in struct {
		CurrentPassword string `json:"currentPassword"`
		NewPassword     string `json:"newPassword"`
	}
	if err := body(r, &in); err != nil {
		return outcome{}, err
	}
	if err := credential.Acceptable(in.NewPassword); err != nil {
		return outcome{}, ratchet.AsError(err).At("/newPassword")
	}
	u, err := a.checkPassword(r.Context(), id.principal.Name, in.CurrentPassword, remoteIP(r))
	if err != nil {
		if ratchet.CodeOf(err) == ratchet.CodeUnauthenticated {
			err = ratchet.Errorf(ratchet.CodeDenied, "the current password is wrong").At("/currentPassword")
		}
		return outcome{}, err
	}
	if u.ID != id.login.UserID {
		return outcome{}, refused("the login is over")
	}
	if u.PasswordHash, err = a.passwords.Hash(r.Context(), in.NewPassword); err != nil {
		return outcome{}, err
	}
	if err := a.cfg.Store.UpdateUser(r.Context(), u, id.login.ID); err != nil {
		return outcome{}, err
	}
	a.cfg.OnEvent(r.Context(), Event{Kind: "password_changed", Principal: id.principal, IP: id.principal.IP})
	return outcome{data: map[string]any{"success": true}}, nil
}

// newUserIn is the request body of a registration.
type newUserIn struct {
	Username    string `json:"username"`
	Email       string `json:"email"`
	Password    string `json:"password"`
	DisplayName string `json:"displayName"`
}

func (a *Authenticator) userOf(ctx context.Context, in newUserIn, role ratchet.Role) (*ratchet.User, error) {
	if err := credential.AcceptableUser(in.Username, in.Email); err != nil {
		return nil, err
	}
	hash, err := a.passwords.Hash(ctx, in.Password)
	if err != nil {
		return nil, err
	}
	return &ratchet.User{
		Username: in.Username, Email: in.Email, DisplayName: in.DisplayName, Role: role, Active: true, PasswordHash: hash,
	}, nil
}

func (a *Authenticator) register(r *http.Request) (outcome, error) {
	if !a.cfg.AllowRegistration {
		return outcome{}, ratchet.Errorf(ratchet.CodeDenied, "registration is disabled").
			WithHint("ask an admin for an account, or set auth.allow_registration")
	}
	var in newUserIn
	if err := body(r, &in); err != nil {
		return outcome{}, err
	}
	// Each registration counts as a failure, so that none are made in bulk.
	ended, wait := a.attempts.admit(false, subject{"register " + remoteIP(r), perPair})
	if ended == nil {
		return outcome{}, tooMany(wait)
	}
	defer ended(true)
	u, err := a.userOf(r.Context(), in, a.cfg.RegistrationRole)
	if err != nil {
		return outcome{}, err
	}
	if err := a.cfg.Store.CreateUser(r.Context(), u); err != nil {
		return outcome{}, err
	}
	out, err := a.startSession(r, u, false, "user_created")
	out.status = http.StatusCreated
	return out, err
}

// stamp is a time as all surfaces write it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

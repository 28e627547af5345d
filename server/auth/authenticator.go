package auth

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"ratchet"
	"ratchet/credential"
	"ratchet/storage"
)

// Config says how to authenticate. The zero value of a field means the default
// in parentheses.
type Config struct {
	Store    *storage.DB // required
	Required bool        // callers must authenticate; else a caller without credentials has the rights of the machine's owner

	Secret    []byte        // of HS256 tokens, at least 32 bytes (one kept in the store)
	Issuer    string        // of our tokens (ratchet)
	Audience  string        // of our tokens (ratchet-api)
	TokenLife time.Duration // of our tokens, within the login's (24 h)
	OIDC      OIDC          // tokens of another issuer (none)

	Profile           string       // login policy: default, production, development or strict (default)
	AllowQueryKey     bool         // take an API key from ?api_key=
	AllowRegistration bool         // anybody may create a user for themselves
	RegistrationRole  ratchet.Role // of such a user (readonly)
	ResourceURL       string       // address of this server as clients see it (the request's)

	// Public says which requests pass without credentials; nil = none do.
	Public func(*http.Request) bool
	// Refuse answers a request with an error (a JSON body like that of REST).
	Refuse func(http.ResponseWriter, *http.Request, error)
	// Happened is called after logins, logouts and refusals, for the audit. It must
	// not block. Nil = they are not reported.
	OnEvent func(context.Context, Event)
	Now     func() time.Time // (time.Now)
	Log     *slog.Logger     // (discarded)
}

// Event is something worth remembering about who came.
type Event struct {
	Kind      string // auth_login, auth_logout, auth_failed, auth_token_refresh, user_created, password_changed
	Principal ratchet.Principal
	Name      string // of the user that was claimed, of a failure; empty = there is no such user
	IP        string
	Reason    string // of a failure
}

// Credentials are what a request authenticates with. At most one is
// used, in the order of the fields.
type Credentials struct {
	APIKey      string // of X-API-Key, Authorization: ApiKey or Bearer rk_…
	Bearer      string // a token of Authorization: Bearer
	Session     string // of the session cookie
	Certificate string // common name of a verified client certificate
	IP          string // address of the client
}

func (c Credentials) none() bool {
	return c.APIKey == "" && c.Bearer == "" && c.Session == "" && c.Certificate == ""
}

// Authenticator checks credentials. It is safe for concurrent use; the caller
// must Close it.
type Authenticator struct {
	cfg       Config
	profile   profile
	passwords *credential.Passwords
	attempts  *attempts
	familiar  familiar
	guesses   chan struct{} // place for one check where passwords are being guessed
	known     credentialCache
	uses      uses
	issuer    *remoteIssuer // nil = no OIDC
	boot      bootstrap
}

// New returns an Authenticator. With no secret it takes the one kept in the
// store, making it when there is none.
func New(ctx context.Context, cfg Config) (*Authenticator, error) {
	cfg.Issuer, cfg.Audience = cmp.Or(cfg.Issuer, "ratchet"), cmp.Or(cfg.Audience, "ratchet-api")
	cfg.TokenLife = cmp.Or(cfg.TokenLife, 24*time.Hour)
	cfg.RegistrationRole = cmp.Or(cfg.RegistrationRole, ratchet.RoleReadonly)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.OnEvent == nil {
		cfg.OnEvent = func(context.Context, Event) {}
	}
	if cfg.Refuse == nil {
		cfg.Refuse = refuse
	}
	if cfg.Public == nil {
		cfg.Public = func(*http.Request) bool { return false }
	}
	if len(cfg.Secret) == 0 {
		var err error
		if cfg.Secret, err = cfg.Store.ServerSecret(ctx, "jwt", []byte(credential.Token())); err != nil {
			return nil, err
		}
	}
	if len(cfg.Secret) < 32 {
		return nil, ratchet.Errorf(ratchet.CodeConfig, "auth.jwt_secret has less than 32 characters").At("auth.jwt_secret").
			WithHint("make one with `openssl rand -base64 48`, or leave it out: the server then makes its own")
	}
	p, err := profileOf(cfg.Profile)
	if err != nil {
		return nil, err
	}
	a := &Authenticator{
		cfg: cfg, profile: p, passwords: credential.NewPasswords(0), attempts: newAttempts(cfg.Now), guesses: make(chan struct{}, 1),
		uses: uses{store: cfg.Store, now: cfg.Now, log: cfg.Log, held: map[string]*use{}},
	}
	if cfg.OIDC.enabled() {
		if a.issuer, err = newRemoteIssuer(cfg.OIDC, cfg.Now, cfg.Log); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// Close writes what was counted and ends what runs in the background. The
// store must still be open.
func (a *Authenticator) Close(ctx context.Context) error {
	if a.issuer != nil {
		a.issuer.close()
	}
	return a.uses.close(ctx)
}

// Required says whether callers must authenticate.
func (a *Authenticator) Required() bool { return a.cfg.Required }

// Authenticate returns the caller that c belongs to. Wrong credentials are
// CodeUnauthenticated. Without credentials the caller is the owner of the machine
// where no login is required, and anonymous (RoleAnonymous) elsewhere.
func (a *Authenticator) Authenticate(ctx context.Context, c Credentials) (ratchet.Principal, error) {
	id, err := a.identify(ctx, c)
	return id.principal, err
}

// identity is who calls and by what.
type identity struct {
	principal ratchet.Principal
	key       *use           // of an API key; nil = another credential
	from      []netip.Prefix // where the caller may come from; nil = from everywhere
	login     *ratchet.Login // of a user's session; nil = none
	token     string         // revocation id of a token; empty = none
	until     time.Time      // end of the token
	cookie    bool           // came by the browser's own doing: writes need the CSRF token
}

func (a *Authenticator) identify(ctx context.Context, c Credentials) (identity, error) {
	id, err := a.recognise(ctx, c)
	if err == nil && !within(id.from, c.IP) {
		id, err = identity{}, wrongAddress()
	}
	if err == nil && id.key != nil {
		id.key.add(&a.uses)
	}
	id.principal.IP = c.IP
	if err != nil && ratchet.CodeOf(err) == ratchet.CodeUnauthenticated {
		a.cfg.OnEvent(ctx, Event{Kind: "auth_failed", IP: c.IP, Reason: ratchet.AsError(err).Message})
	}
	return id, err
}

func (a *Authenticator) recognise(ctx context.Context, c Credentials) (identity, error) {
	switch {
	case c.APIKey != "":
		return a.byKey(ctx, c.APIKey)
	case c.Bearer != "":
		return a.byToken(ctx, c.Bearer)
	case c.Session != "":
		// A browser sends an old cookie without being asked: it is no claim.
		if id, ok, err := a.bySession(ctx, c.Session); ok || err != nil {
			return id, err
		}
	case c.Certificate != "":
		return a.byCertificate(ctx, c.Certificate)
	}
	if a.cfg.Required {
		return identity{principal: ratchet.Principal{Role: ratchet.RoleAnonymous, Via: "none"}}, nil
	}
	return identity{principal: ratchet.Local()}, nil
}

func wrongAddress() error {
	return ratchet.Errorf(ratchet.CodeDenied, "the key or user may not be used from this address").
		WithHint("ask an admin to add the address to its allowed_ips")
}

// userIdentity is a user who came by a way.
func userIdentity(u *ratchet.User, via string) identity {
	return identity{principal: u.Principal(via), from: networksOf(u.Bounds.AllowedIPs)}
}

// byCertificate finds the user whose name a verified client certificate has.
func (a *Authenticator) byCertificate(ctx context.Context, name string) (identity, error) {
	return a.known.get(a.cfg.Store, "certificate", name, a.cfg.Now(), func() (identity, time.Time, error) {
		u, err := a.cfg.Store.User(ctx, name, nil)
		if ratchet.CodeOf(err) == ratchet.CodeNotFound || err == nil && !u.MayLogin(a.cfg.Now()) {
			return identity{}, time.Time{}, refused("the certificate belongs to no user")
		}
		if err != nil {
			return identity{}, time.Time{}, err
		}
		return userIdentity(u, "certificate"), u.Bounds.ExpiresAt, nil
	})
}

// refused says why credentials are not taken, without saying more than the
// sender knows.
func refused(format string, args ...any) error {
	return ratchet.Errorf(ratchet.CodeUnauthenticated, format, args...).
		WithHint("check the key or token, or log in again at POST /api/v1/auth/login")
}

// fromRequest collects what a request brings.
func (a *Authenticator) fromRequest(r *http.Request) Credentials {
	c := FromHeader(r.Header)
	c.IP = remoteIP(r)
	if c.APIKey == "" && c.Bearer == "" && a.cfg.AllowQueryKey && r.URL.RawQuery != "" {
		c.APIKey = r.URL.Query().Get(queryKey)
	}
	if cookie, err := r.Cookie(cookieName(a.secure(r))); err == nil {
		c.Session = cookie.Value
	}
	if r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
		c.Certificate = r.TLS.VerifiedChains[0][0].Subject.CommonName
	}
	return c
}

// queryKey is the parameter that may carry an API key.
const queryKey = "api_key"

// FromHeader collects the credentials in headers, or in the like of them: the
// payload of a WebSocket's first message.
func FromHeader(h http.Header) Credentials {
	var c Credentials
	c.APIKey = strings.TrimSpace(h.Get("X-Api-Key"))
	scheme, value, _ := strings.Cut(strings.TrimSpace(h.Get("Authorization")), " ")
	value = strings.TrimSpace(value)
	switch {
	case strings.EqualFold(scheme, "ApiKey"), strings.EqualFold(scheme, "Bearer") && strings.HasPrefix(value, credential.KeyPrefix):
		c.APIKey = cmp.Or(c.APIKey, value)
	case scheme != "":
		c.Bearer = cmp.Or(value, scheme) // a scheme that is not known is refused as a token is
	}
	return c
}

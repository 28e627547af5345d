package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/time/rate"

	"ratchet"
	"ratchet/egress"
)

// OIDC says whose tokens are taken beside our own. It is on when Issuer is set.
type OIDC struct {
	Issuer       string            // the iss of its tokens; its keys are discovered below it
	KeysURL      string            // address of its keys; empty = discovered
	Audience     string            // the aud its tokens must have; empty = ratchet-api
	RoleClaim    string            // dotted path of the claim with the role or roles; empty = role
	RoleMap      map[string]string // value of the claim to role; nil = the roles by their own names
	DefaultRole  ratchet.Role      // of tokens without a role that is known; empty = they are refused
	AllowPrivate []netip.Prefix    // private networks its keys may be fetched from
}

func (o OIDC) enabled() bool { return o.Issuer != "" }

// remoteIssuer is the other issuer and its keys.
type remoteIssuer struct {
	cfg    OIDC
	client *http.Client
	log    *slog.Logger
	now    func() time.Time
	life   context.Context // ends with the authenticator
	end    context.CancelFunc

	mu      sync.Mutex
	keys    keyfunc.Keyfunc // nil until they were fetched once
	retryAt time.Time       // no fetch is tried before
}

// fetchTime bounds one request to the issuer.
const fetchTime = 10 * time.Second

func newRemoteIssuer(cfg OIDC, now func() time.Time, log *slog.Logger) (*remoteIssuer, error) {
	cfg.Audience, cfg.RoleClaim = cmp.Or(cfg.Audience, "ratchet-api"), cmp.Or(cfg.RoleClaim, "role")
	ports := []uint16{80, 443}
	for key, address := range map[string]string{"auth.oidc.issuer": cfg.Issuer, "auth.oidc.jwks_uri": cfg.KeysURL} {
		if address == "" {
			continue
		}
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") {
			return nil, ratchet.Errorf(ratchet.CodeConfig, "%s is not an https address", key).At(key)
		}
		if u.Scheme == "http" && !loopback(u.Hostname()) {
			return nil, ratchet.Errorf(ratchet.CodeConfig, "%s must be https: keys fetched by http can be forged on the way", key).At(key)
		}
		if port, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
			ports = append(ports, uint16(port))
		}
	}
	for value, role := range cfg.RoleMap {
		if !slices.Contains(ratchet.Roles(), ratchet.Role(role)) {
			return nil, ratchet.Errorf(ratchet.CodeConfig, "auth.oidc.role_map gives %q the role %q, which is none of %s", value, role, joined(ratchet.Roles())).
				At("auth.oidc.role_map")
		}
	}
	if cfg.DefaultRole != "" && !slices.Contains(ratchet.Roles(), cfg.DefaultRole) {
		return nil, ratchet.Errorf(ratchet.CodeConfig, "auth.oidc.default_role is none of %s", joined(ratchet.Roles())).At("auth.oidc.default_role")
	}
	life, end := context.WithCancel(context.Background())
	return &remoteIssuer{cfg: cfg, client: guardedClient(cfg.AllowPrivate, ports), log: log, now: now, life: life, end: end}, nil
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// guardedClient reaches public addresses only, and those that are allowed,
// whatever names resolve to and wherever redirects lead.
func guardedClient(private []netip.Prefix, ports []uint16) *http.Client {
	guard := egress.New(private, ports)
	dialer := &net.Dialer{Timeout: fetchTime, Control: guard.Control}
	return &http.Client{
		Timeout:   fetchTime,
		Transport: &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: fetchTime, MaxIdleConns: 2, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) >= 3 || via[0].URL.Scheme == "https" && req.URL.Scheme != "https" {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
}

func (r *remoteIssuer) close() {
	r.end()
	r.client.CloseIdleConnections()
}

// keySet fetches the issuer's keys at the first need; later ones are fetched
// again every hour and when a token names a key that is not known.
func (r *remoteIssuer) keySet(ctx context.Context) (keyfunc.Keyfunc, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys != nil {
		return r.keys, nil
	}
	if r.now().Before(r.retryAt) {
		return nil, errKeys(fmt.Errorf("tried a moment ago"))
	}
	keys, err := r.fetch(ctx)
	if err != nil {
		r.retryAt = r.now().Add(10 * time.Second)
		r.log.Error("the keys of the issuer of tokens cannot be fetched", "issuer", r.cfg.Issuer, "error", err)
		return nil, errKeys(err)
	}
	r.keys = keys
	return keys, nil
}

func errKeys(err error) error {
	return ratchet.Errorf(ratchet.CodeUnavailable, "the keys of the issuer of tokens cannot be fetched").Wrap(err).
		WithHint("try again in a moment; the server's log says why")
}

func (r *remoteIssuer) fetch(ctx context.Context) (keyfunc.Keyfunc, error) {
	address := r.cfg.KeysURL
	if address == "" {
		var err error
		if address, err = r.discover(ctx); err != nil {
			return nil, err
		}
	}
	storage, err := jwkset.NewStorageFromHTTP(address, jwkset.HTTPClientStorageOptions{
		Client: r.client, Ctx: r.life, HTTPTimeout: fetchTime, RefreshInterval: time.Hour,
		RefreshErrorHandler: func(_ context.Context, err error) {
			r.log.Warn("the keys of the issuer of tokens were not refreshed", "issuer", r.cfg.Issuer, "error", err)
		},
	})
	if err != nil {
		return nil, err
	}
	set, err := jwkset.NewHTTPClient(jwkset.HTTPClientOptions{
		HTTPURLs: map[string]jwkset.Storage{address: storage}, RateLimitWaitMax: fetchTime,
		RefreshUnknownKID: rate.NewLimiter(rate.Every(time.Minute), 2), // a forged kid must not make us a hammer
	})
	if err != nil {
		return nil, err
	}
	return keyfunc.New(keyfunc.Options{Ctx: r.life, Storage: set, UseWhitelist: []jwkset.USE{jwkset.UseSig, ""}})
}

// discover reads where the issuer says its keys are.
func (r *remoteIssuer) discover(ctx context.Context) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(r.cfg.Issuer, "/")+"/.well-known/openid-configuration", nil)
	if err != nil {
		return "", err
	}
	res, err := r.client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("discovery answered %s", res.Status)
	}
	var doc struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&doc); err != nil {
		return "", fmt.Errorf("read the discovery document: %w", err)
	}
	if doc.Issuer != r.cfg.Issuer {
		return "", fmt.Errorf("the discovery document is of issuer %q", doc.Issuer)
	}
	u, err := url.Parse(doc.JWKSURI)
	if err != nil || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return "", fmt.Errorf("the discovery document names the keys %q", doc.JWKSURI)
	}
	return doc.JWKSURI, nil
}

// checkAgain is how long a foreign token is believed without looking at the
// issuer's keys again.
const checkAgain = 5 * time.Minute

func (a *Authenticator) foreignToken(ctx context.Context, text string) (identity, time.Time, error) {
	keys, err := a.issuer.keySet(ctx)
	if err != nil {
		return identity{}, time.Time{}, err
	}
	c := jwt.MapClaims{}
	if _, err = a.parser(publicAlgorithms(), a.issuer.cfg.Issuer, a.issuer.cfg.Audience).ParseWithClaims(text, c, keys.KeyfuncCtx(ctx)); err != nil {
		a.cfg.Log.Debug("a token was refused", "error", err)
		return identity{}, time.Time{}, tokenRefused(err)
	}
	subject, _ := c.GetSubject()
	if subject == "" {
		return identity{}, time.Time{}, refused("the token lacks sub")
	}
	role, err := a.issuer.role(c)
	if err != nil {
		return identity{}, time.Time{}, err
	}
	revocation, _ := c["jti"].(string)
	if revocation = "oidc:" + revocation; revocation == "oidc:" {
		revocation = revocationID(text)
	}
	if err := a.notRevoked(ctx, revocation); err != nil {
		return identity{}, time.Time{}, err
	}
	name, _ := c["preferred_username"].(string)
	email, _ := c["email"].(string)
	expires, err := c.GetExpirationTime()
	if err != nil || expires == nil {
		return identity{}, time.Time{}, refused("the token lacks exp")
	}
	p := ratchet.Principal{
		ID: "oidc:" + a.issuer.cfg.Issuer + "#" + subject, Name: cmp.Or(name, email, subject), Role: role, Via: "oidc",
		Session: &ratchet.Session{Token: revocation, TokenEnd: expires.Add(skew)},
	}
	return identity{principal: p, token: revocation, until: expires.Time}, earlier(expires.Add(skew), a.cfg.Now().Add(checkAgain)), nil
}

// role is the highest role that the claims give.
func (r *remoteIssuer) role(c jwt.MapClaims) (ratchet.Role, error) {
	var at any = map[string]any(c)
	for part := range strings.SplitSeq(r.cfg.RoleClaim, ".") {
		object, _ := at.(map[string]any)
		at = object[part]
	}
	if direct, ok := c[r.cfg.RoleClaim]; ok {
		at = direct // a claim whose name has dots, such as an address
	}
	best := -1
	for _, value := range texts(at) {
		role := value
		if r.cfg.RoleMap != nil {
			role = r.cfg.RoleMap[value]
		}
		best = max(best, slices.Index(ratchet.Roles(), ratchet.Role(role)))
	}
	switch {
	case best >= 0:
		return ratchet.Roles()[best], nil
	case r.cfg.DefaultRole != "":
		return r.cfg.DefaultRole, nil
	default:
		return "", ratchet.Errorf(ratchet.CodeDenied, "the token gives no role here").
			WithHint("the claim %s must have a value that auth.oidc.role_map knows", r.cfg.RoleClaim)
	}
}

// texts are the texts in a claim: one, a list, or words with spaces between.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return append(strings.Fields(v), v)
	case []any:
		var out []string
		for _, item := range v {
			if s, ok := item.(string); ok {
				out = append(out, s)
			}
		}
		return out
	default:
		return nil
	}
}

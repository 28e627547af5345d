package auth

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"ratchet"
)

// skew is how far clocks may be apart.
const skew = 60 * time.Second

// maxToken bounds what is parsed.
const maxToken = 16 << 10

// claims are those of our own tokens.
type claims struct {
	jwt.RegisteredClaims
	Role string `json:"role"`
	Name string `json:"name,omitempty"`
	SID  string `json:"sid,omitempty"` // login the token belongs to
}

// issue makes a token of a login.
func (a *Authenticator) issue(u *ratchet.User, l *ratchet.Login) (token string, expires time.Time, err error) {
	now := a.cfg.Now()
	expires = now.Add(a.cfg.TokenLife)
	if life := l.Life; life > a.cfg.TokenLife {
		expires = now.Add(life)
	}
	if expires.After(l.ExpiresAt) {
		expires = l.ExpiresAt
	}
	id, err := uuid.NewV7()
	if err != nil {
		return "", time.Time{}, err
	}
	token, err = jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: a.cfg.Issuer, Audience: jwt.ClaimStrings{a.cfg.Audience}, Subject: u.ID, ID: id.String(),
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(expires),
		},
		Role: string(u.Role), Name: u.Username, SID: l.ID,
	}).SignedString(a.cfg.Secret)
	return token, expires, err
}

// byToken checks a token. Which key it is checked with follows from its
// algorithm: HS256 with our secret, the others with the other issuer's public
// keys only.
func (a *Authenticator) byToken(ctx context.Context, text string) (identity, error) {
	return a.known.get(a.cfg.Store, "token", text, a.cfg.Now(), func() (identity, time.Time, error) {
		alg, ok := algorithm(text)
		switch {
		case !ok:
			return identity{}, time.Time{}, refused("the token is not readable")
		case alg == jwt.SigningMethodHS256.Alg():
			return a.ownToken(ctx, text)
		case a.issuer != nil && slices.Contains(publicAlgorithms(), alg):
			return a.foreignToken(ctx, text)
		default:
			return identity{}, time.Time{}, refused("the token is signed in a way that is not taken")
		}
	})
}

// publicAlgorithms are those of tokens of the other issuer.
func publicAlgorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
}

// algorithm is what the head of a token claims. A head that names parts which
// a reader must understand is not taken: we know none of them.
func algorithm(text string) (string, bool) {
	head, _, ok := strings.Cut(text, ".")
	if !ok || len(text) > maxToken {
		return "", false
	}
	raw, err := base64.RawURLEncoding.DecodeString(head)
	var fields struct {
		Alg  string          `json:"alg"`
		Crit json.RawMessage `json:"crit"`
	}
	return fields.Alg, err == nil && json.Unmarshal(raw, &fields) == nil && fields.Crit == nil
}

func (a *Authenticator) parser(methods []string, issuer, audience string) *jwt.Parser {
	return jwt.NewParser(
		jwt.WithValidMethods(methods), jwt.WithIssuer(issuer), jwt.WithAudience(audience), jwt.WithLeeway(skew),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithTimeFunc(a.cfg.Now), jwt.WithStrictDecoding(),
	)
}

func (a *Authenticator) ownToken(ctx context.Context, text string) (identity, time.Time, error) {
	var c claims
	_, err := a.parser([]string{"HS256"}, a.cfg.Issuer, a.cfg.Audience).ParseWithClaims(text, &c, func(*jwt.Token) (any, error) {
		return a.cfg.Secret, nil
	})
	if err != nil {
		return identity{}, time.Time{}, tokenRefused(err)
	}
	if c.Subject == "" || c.ID == "" || c.IssuedAt == nil {
		return identity{}, time.Time{}, refused("the token lacks sub, jti or iat")
	}
	if err := a.notRevoked(ctx, c.ID); err != nil {
		return identity{}, time.Time{}, err
	}
	id := identity{token: c.ID, until: c.ExpiresAt.Time}
	until := c.ExpiresAt.Add(skew)
	session := &ratchet.Session{Token: c.ID, TokenEnd: until}
	if c.SID == "" {
		if id.principal, err = signedElsewhere(c); err != nil {
			return identity{}, time.Time{}, err
		}
		id.principal.Session = session
		return id, until, nil
	}
	l, u, err := a.cfg.Store.Login(ctx, c.SID, nil)
	if err != nil {
		return identity{}, time.Time{}, err
	}
	if u == nil || u.ID != c.Subject {
		return identity{}, time.Time{}, refused("the login of the token is over")
	}
	mine := userIdentity(u, "jwt") // role and bounds are the user's of now
	mine.login, mine.token, mine.until = l, id.token, id.until
	session.Login, session.LoginEnd = l.ID, l.ExpiresAt
	mine.principal.Session = session
	return mine, earlier(until, ending(l, u)), nil
}

// signedElsewhere is the caller of an externally issued token that is signed
// with our secret.
func signedElsewhere(c claims) (ratchet.Principal, error) {
	role := ratchet.Role(c.Role)
	if !slices.Contains(ratchet.Roles(), role) {
		return ratchet.Principal{}, refused("the token has no role of %s", joined(ratchet.Roles()))
	}
	return ratchet.Principal{ID: "jwt:" + c.Subject, Name: cmp.Or(c.Name, c.Subject), Role: role, Via: "jwt"}, nil
}

func joined(roles []ratchet.Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	return strings.Join(names, ", ")
}

func (a *Authenticator) notRevoked(ctx context.Context, id string) error {
	revoked, err := a.cfg.Store.TokenRevoked(ctx, id)
	if err == nil && revoked {
		err = refused("the token was logged out")
	}
	return err
}

// tokenRefused says what is wrong with a token in our words.
func tokenRefused(err error) error {
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return refused("the token has expired")
	case errors.Is(err, jwt.ErrTokenNotValidYet), errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return refused("the token is not valid yet")
	case errors.Is(err, jwt.ErrTokenInvalidAudience):
		return refused("the token is for another audience")
	case errors.Is(err, jwt.ErrTokenInvalidIssuer):
		return refused("the token is of another issuer")
	case errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return refused("the token lacks a claim")
	default:
		return refused("the token is not valid")
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// revocationID names a token that has no jti.
func revocationID(text string) string {
	sum := digest("revoked", text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

package server

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// TestForgedTokens are all refused, and the genuine ones beside them are not.
func TestForgedTokens(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	issuer := keysAt(t, &key.PublicKey)
	l := lockedUp(t, "auth.oidc.issuer", issuer, "auth.oidc.jwks_uri", issuer+"/keys", "auth.oidc.allow_private", "127.0.0.1/32", "auth.oidc.role_map", "staff=user")
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	own := func(change func(jwt.MapClaims)) jwt.MapClaims {
		c := jwt.MapClaims{
			"sub": "robot", "role": "user", "jti": time.Now().String(), "iss": "ratchet", "aud": "ratchet-api",
			"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
		}
		if change != nil {
			change(c)
		}
		return c
	}
	foreign := func(change func(jwt.MapClaims)) jwt.MapClaims {
		c := own(change)
		if c["iss"] == "ratchet" {
			c["iss"] = issuer
		}
		if c["role"] == "user" {
			c["role"] = "staff"
		}
		return c
	}
	set := func(name string, v any) func(jwt.MapClaims) {
		return func(c jwt.MapClaims) {
			if v == nil {
				delete(c, name)
				return
			}
			c[name] = v
		}
	}
	hs := func(c jwt.MapClaims, secret string) string {
		return signed(t, jwt.SigningMethodHS256, c, []byte(secret), "")
	}
	rs := func(c jwt.MapClaims, kid string, by *rsa.PrivateKey) string {
		return signed(t, jwt.SigningMethodRS256, c, by, kid)
	}
	past, future := time.Now().Add(-time.Hour).Unix(), time.Now().Add(time.Hour).Unix()
	genuine := hs(own(nil), testSecret)
	head, rest, _ := strings.Cut(genuine, ".")
	payload, _, _ := strings.Cut(rest, ".")
	for name, c := range map[string]struct {
		token string
		open  bool
	}{
		"ours":               {genuine, true},
		"theirs":             {rs(foreign(nil), "k1", key), true},
		"none":               {signed(t, jwt.SigningMethodNone, own(nil), jwt.UnsafeAllowNoneSignatureType, ""), false},
		"no signature":       {head + "." + payload + ".", false},
		"cut signature":      {genuine[:len(genuine)-4], false},
		"other payload":      {head + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"x","role":"admin"}`)) + genuine[strings.LastIndexByte(genuine, '.'):], false},
		"other secret":       {hs(own(nil), strings.ToUpper(testSecret)), false},
		"public key as HMAC": {hs(foreign(nil), string(public)), false},
		"other HMAC":         {signed(t, jwt.SigningMethodHS512, own(nil), []byte(testSecret), ""), false},
		"expired":            {hs(own(set("exp", past)), testSecret), false},
		"no end":             {hs(own(set("exp", nil)), testSecret), false},
		"not yet":            {hs(own(set("nbf", future)), testSecret), false},
		"from the future":    {hs(own(set("iat", future)), testSecret), false},
		"other audience":     {hs(own(set("aud", "other-api")), testSecret), false},
		"no audience":        {hs(own(set("aud", nil)), testSecret), false},
		"other issuer":       {hs(own(set("iss", "other")), testSecret), false},
		"no subject":         {hs(own(set("sub", nil)), testSecret), false},
		"unknown role":       {hs(own(set("role", "root")), testSecret), false},
		"their other key":    {rs(foreign(nil), "k1", stranger), false},
		"their unknown kid":  {rs(foreign(nil), "k2", stranger), false},
		"their expired":      {rs(foreign(set("exp", past)), "k1", key), false},
		"their audience":     {rs(foreign(set("aud", "other")), "k1", key), false},
		"their issuer":       {rs(foreign(set("iss", "https://other.example")), "k1", key), false},
		"their role":         {rs(foreign(set("role", "admin")), "k1", key), false}, // is not in the map
		"ours by their key":  {rs(own(nil), "k1", key), false},
		"brings its own key": {withHeader(t, foreign(nil), stranger, map[string]any{"kid": "k1", "jwk": map[string]any{"kty": "RSA", "n": number(stranger.N), "e": "AQAB"}}), false},
		"names its own keys": {withHeader(t, foreign(nil), stranger, map[string]any{"kid": "k1", "jku": keysAt(t, &stranger.PublicKey) + "/keys"}), false},
		"kid is a path":      {withHeader(t, foreign(nil), stranger, map[string]any{"kid": "../../dev/null"}), false},
		"unknown critical":   {withHeader(t, foreign(nil), key, map[string]any{"kid": "k1", "crit": []string{"b64"}, "b64": false}), false},
		"words":              {"a.b.c", false},
		"long":               {strings.Repeat("a", 20000), false},
	} {
		if open := l.open("Authorization", "Bearer "+c.token); open != c.open {
			t.Errorf("%s: open = %v", name, open)
		}
	}
}

func signed(t *testing.T, method jwt.SigningMethod, c jwt.MapClaims, key any, kid string) string {
	t.Helper()
	token := jwt.NewWithClaims(method, c)
	if kid != "" {
		token.Header["kid"] = kid
	}
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// withHeader signs a token of RS256 whose header has more in it.
func withHeader(t *testing.T, c jwt.MapClaims, by *rsa.PrivateKey, more map[string]any) string {
	t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, c)
	maps.Copy(token.Header, more)
	text, err := token.SignedString(by)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func number(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }

// keysAt serves a public key as an issuer does, and returns its address.
func keysAt(t *testing.T, key *rsa.PublicKey) string {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": []any{map[string]any{
			"kty": "RSA", "kid": "k1", "use": "sig", "alg": "RS256", "n": number(key.N), "e": number(big.NewInt(int64(key.E))),
		}}})
	}))
	t.Cleanup(site.Close)
	return site.URL
}

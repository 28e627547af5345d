package mcp

import (
	"context"
	"net/http"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
)

// principalKey is where a token's facts hold its principal.
const principalKey = "principal"

// withTokenInfo tells the SDK who calls, in the way it takes it: as the owner of a
// bearer token. It refuses a session to anybody but the one who opened it.
func withTokenInfo(p ratchet.Principal, next http.Handler) http.Handler {
	if p.ID == "" {
		return next
	}
	verify := func(context.Context, string, *http.Request) (*auth.TokenInfo, error) {
		return &auth.TokenInfo{UserID: p.ID, Expiration: time.Now().Add(time.Hour), Extra: map[string]any{principalKey: p}}, nil
	}
	checked := auth.RequireBearerToken(verify, nil)(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer checked") // what was sent goes no further than the authentication
		checked.ServeHTTP(w, r)
	})
}

// principalIn is who sends an MCP message: the machine's owner over stdio and
// on the open loopback.
func principalIn(req mcp.Request) ratchet.Principal {
	if extra := req.GetExtra(); extra != nil && extra.TokenInfo != nil {
		if p, ok := extra.TokenInfo.Extra[principalKey].(ratchet.Principal); ok {
			return p
		}
	}
	return ratchet.Local()
}

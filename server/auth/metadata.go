package auth

import (
	"net/http"
	"strings"

	"ratchet/reply"
)

// metadataPath is where clients learn who issues tokens for this server
// (RFC 9728).
const metadataPath = "/.well-known/oauth-protected-resource"

// base is the address of this server as the sender of r knows it.
func (a *Authenticator) base(r *http.Request) string {
	if a.cfg.ResourceURL != "" {
		return strings.TrimSuffix(a.cfg.ResourceURL, "/")
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// metadata describes the server to clients that look for its issuer of tokens.
// It is no secret, and pages of any origin may read it.
func (a *Authenticator) metadata(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	resource := a.base(r)
	if rest := r.PathValue("rest"); rest != "" {
		resource += "/" + rest
	}
	reply.JSON(w, http.StatusOK, map[string]any{
		"resource": resource, "resource_name": "Ratchet", "authorization_servers": []string{a.issuer.cfg.Issuer},
		"bearer_methods_supported": []string{"header"},
	})
}

package server

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"ratchet/registry"

	"ratchet"
	"ratchet/reply"
	"ratchet/server/auth"
	"ratchet/server/config"
	"ratchet/server/logging"
)

// apiPrefix is where the REST surface is.
const apiPrefix = "/api/v1"

// identify makes the authenticator and puts the permission behind the limits.
func (s *Server) identify(ctx context.Context) error {
	cfg := s.cfg.Auth
	var err error
	s.auth, err = auth.New(ctx, auth.Config{
		Store: s.deps.Store, Required: s.cfg.RequiresLogin(),
		Secret: []byte(cfg.JWTSecret), Issuer: cfg.Issuer, Audience: cfg.Audience, TokenLife: cfg.TokenExpiration,
		OIDC: auth.OIDC{
			Issuer: cfg.OIDC.Issuer, KeysURL: cfg.OIDC.JWKSURI, Audience: cfg.OIDC.Audience, RoleClaim: cfg.OIDC.RoleClaim,
			RoleMap: cfg.OIDC.Roles(), DefaultRole: ratchet.Role(cfg.OIDC.DefaultRole), AllowPrivate: cfg.OIDC.Networks(),
		},
		Profile: cfg.LoginProfile, AllowQueryKey: cfg.AllowQueryKey, AllowRegistration: cfg.AllowRegistration,
		RegistrationRole: ratchet.Role(cfg.RegistrationRole), ResourceURL: cfg.ResourceURL,
		Public: func(r *http.Request) bool { return public(r) || s.introduces(r) }, OnEvent: s.authHappened, Now: s.deps.Now, Log: logging.For(s.log, logging.Auth),
	})
	if err != nil {
		return err
	}
	s.authenticate = s.auth.Wrap
	s.deps.Gates = append(s.deps.Gates, registry.Permission{})
	s.closers = slices.Insert(s.closers, 0, s.auth.Close)
	return nil
}

// Auth is what says who calls.
func (s *Server) Auth() *auth.Authenticator { return s.auth }

// public says which requests need no credentials: those that tell nothing
// about tasks and runs. A WebSocket says who it is in its first message.
func public(r *http.Request) bool {
	path := r.URL.Path
	switch path {
	case "/", "/live", "/ready", "/health", "/docs", "/playground":
		return true
	case "/graphql":
		return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
	}
	if strings.HasPrefix(path, "/docs/") || strings.HasPrefix(path, "/api-docs/") {
		return true
	}
	return slices.ContainsFunc(auth.PublicPaths(apiPrefix), func(p string) bool { return path == p || strings.HasPrefix(path, p+"/") })
}

// authHappened writes down who came and who was refused.
func (s *Server) authHappened(ctx context.Context, e auth.Event) {
	logging.For(s.log, logging.Auth).InfoContext(ctx, "authentication", "event", e.Kind, "principal", e.Principal.ID, "ip", e.IP, "reason", e.Reason, "request_id", reply.RequestIDOf(ctx))
	s.recordAuth(ctx, e)
}

// prepare makes the admin that the configuration asks for, and refuses to
// listen where anyone could connect and no one could log in.
func (s *Server) prepare(ctx context.Context) error {
	if password := s.cfg.Auth.AdminPassword; password != "" && s.auth != nil {
		created, err := s.auth.CreateAdmin(ctx, password)
		if err != nil {
			return ratchet.Errorf(ratchet.CodeConfig, "the admin of auth.admin_password cannot be made: %s", ratchet.AsError(err).Message).
				At("auth.admin_password").Wrap(err)
		}
		if created {
			logging.For(s.log, logging.Auth).Info("made the first admin", "username", "admin")
		}
	}
	hosts := map[string]string{"server.bind_address": s.cfg.Server.BindAddress}
	if s.cfg.MCP.Enabled && s.cfg.MCP.SeparateListener {
		hosts["mcp.host"] = s.cfg.MCP.Host
	}
	for key, host := range hosts {
		if config.Loopback(host) {
			continue
		}
		if s.auth == nil || !s.auth.Required() {
			return ratchet.Errorf(ratchet.CodeConfig, "%s %q is not a loopback address, and auth.required is false", key, host).At(key).
				WithHint("leave auth.required out, or listen on 127.0.0.1")
		}
		has, err := s.deps.Store.HasAdmin(ctx)
		if err != nil {
			return err
		}
		if !has {
			return ratchet.Errorf(ratchet.CodeConfig, "%s %q is not a loopback address, and there is no admin", key, host).At(key).
				WithHint("make one with `ratchet users create NAME --role admin`, or set RATCHET_ADMIN_PASSWORD")
		}
	}
	return nil
}

// AdminToken is the one-time token with which the first admin is made at
// POST /api/v1/auth/bootstrap. It is empty when no login is required or there
// is an admin. Each call makes a new one and voids the one before.
func (s *Server) AdminToken(ctx context.Context) (string, error) {
	if s.auth == nil || !s.auth.Required() {
		return "", nil
	}
	return s.auth.AdminToken(ctx)
}

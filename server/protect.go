package server

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/reply"
	"ratchet/server/audit"
	"ratchet/server/auth"
	"ratchet/server/config"
	"ratchet/server/limit"
	"ratchet/server/logging"
)

// protect puts the audit and the limits before every call, in this order: a
// call that the limits refuse is recorded.
func (s *Server) protect(ctx context.Context) error {
	s.filter = newRequestFilter(s.cfg)
	if err := s.openAudit(ctx); err != nil {
		return err
	}
	rules, err := limitRules(&s.cfg)
	if err != nil {
		return err
	}
	cfg := limit.Config{
		Rules: rules, Clients: s.cfg.RateLimit.MaxClients, MCP: s.cfg.MCP.Endpoint,
		Who: auth.PrincipalOf, Exempt: s.returning,
		Now: s.deps.Now, Log: logging.For(s.log, logging.Limit), Refused: s.limited,
	}
	if s.deps.Store != nil {
		cfg.Days = s.deps.Store
	}
	if s.limiter, err = limit.New(cfg); err != nil {
		return err
	}
	s.streams = limit.NewStreams(s.cfg.Server.CallerStreams, s.cfg.Server.MaxStreams)
	s.deps.Gates = append(s.deps.Gates, s.limiter)
	s.deps.Posture = s.posture
	s.closers = slices.Insert(s.closers, 0, func(context.Context) error { s.limiter.Close(); return nil })
	return nil
}

// returning says whether a request is a login from an address where one has
// succeeded: what others send from there does not use it up.
func (s *Server) returning(r *http.Request) bool {
	return s.auth != nil && r.Method == http.MethodPost && r.URL.Path == apiPrefix+"/auth/login" && s.auth.Expected(r)
}

// openAudit opens the audit beside the store and puts it before every call.
func (s *Server) openAudit(ctx context.Context) error {
	cfg := s.cfg.Security.Audit
	if !cfg.Enabled || s.deps.Store == nil {
		return nil
	}
	dir := ""
	if path := s.deps.Store.Path(); cfg.Files && path != "" {
		dir = cmp.Or(s.cfg.DataDir, filepath.Dir(path))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return ratchet.Errorf(ratchet.CodeConfig, "the data folder cannot be made").At("data_dir").Wrap(err)
		}
	}
	var err error
	s.audit, err = audit.Open(ctx, audit.Config{
		Store: s.deps.Store, Dir: dir, Keep: time.Duration(cfg.RetentionDays) * 24 * time.Hour,
		Bus: s.deps.Bus, Now: s.deps.Now, Log: logging.For(s.log, logging.Audit),
		Start: map[string]any{"version": s.version, "bind_address": s.cfg.Server.BindAddress, "port": s.cfg.Server.Port},
	})
	if err != nil {
		return err
	}
	s.deps.Gates = append(s.deps.Gates, s.audit)
	s.closers = slices.Insert(s.closers, max(0, len(s.closers)-1), s.audit.Close) // the store closes last
	return nil
}

// limited records a request that the limits refused before any tool was called.
func (s *Server) limited(ctx context.Context, p ratchet.Principal, operation string, err *ratchet.Error) {
	if s.audit == nil {
		return
	}
	s.audit.Note(ctx, audit.Entry{
		Type: audit.RateLimited, Principal: p.ID, User: p.Name, Role: string(p.Role), Via: p.Via, IP: p.IP,
		Surface: "http", Operation: operation, Outcome: audit.Denied, Code: err.Code.Wire(), Message: err.Message,
		RequestID: reply.RequestIDOf(ctx),
	})
}

// recordAuth records what the authentication saw.
func (s *Server) recordAuth(ctx context.Context, e auth.Event) {
	if s.audit == nil {
		return
	}
	kind, outcome := audit.Type(e.Kind), audit.Success
	if e.Kind == "password_changed" {
		kind = audit.Updated
	}
	if kind == audit.LoginFailed {
		outcome = audit.Denied
	}
	s.audit.Note(ctx, audit.Entry{
		Type: kind, Principal: e.Principal.ID, User: cmp.Or(e.Name, e.Principal.Name), Role: string(e.Principal.Role),
		Via: cmp.Or(e.Principal.Via, "none"), IP: cmp.Or(e.IP, e.Principal.IP), Surface: "http", Operation: e.Kind,
		Outcome: outcome, Message: e.Reason, RequestID: reply.RequestIDOf(ctx),
	})
}

// posture is how the server is protected, as it runs.
func (s *Server) posture(context.Context) registry.Posture {
	c := s.settings.Current()
	p := registry.Posture{
		Address:  net.JoinHostPort(strings.Trim(c.Server.BindAddress, "[]"), strconv.Itoa(c.Server.Port)),
		Loopback: config.Loopback(c.Server.BindAddress), LoginRequired: c.RequiresLogin(),
		AllowedHosts: c.Server.AllowedHosts, AllowedOrigins: c.Server.CORS.AllowedOrigins, WriteOrigins: c.Server.CORS.WriteOrigins, Credentials: c.Server.CORS.AllowCredentials,
		TrustedProxies: c.Server.TrustedProxies, RateLimited: c.RateLimit.Enabled, RateTier: cmp.Or(c.RateLimit.Tier, limit.TierDefault),
		Audited: s.audit != nil, DevErrors: c.Server.DevErrors, QueryKeys: c.Auth.AllowQueryKey, Registration: c.Auth.AllowRegistration,
		Isolation: s.isolation(), PrivateNetworks: c.HTTP.AllowPrivate, DataDir: c.DataDir,
	}
	if c.MCP.Enabled && c.MCP.SeparateListener && !config.Loopback(c.MCP.Host) {
		p.Loopback, p.Address = false, net.JoinHostPort(strings.Trim(c.MCP.Host, "[]"), strconv.Itoa(c.MCP.Port))
	}
	if s.audit != nil && c.Security.Audit.Files && s.deps.Store.Path() != "" {
		p.AuditFiles = cmp.Or(c.DataDir, filepath.Dir(s.deps.Store.Path()))
	}
	if s.certificate != nil {
		p.TLS, p.TLSMinimum, p.CertificateEnds = true, "1.2", s.certificate.Ends()
		if c.Server.TLS.MinVersion != "1.2" {
			p.TLSMinimum = "1.3"
		}
		p.ClientCertificate = c.Server.TLS.ClientCA != "" && c.Server.TLS.RequireClientCert
	}
	if s.deps.Secrets != nil && s.deps.Secrets.KeyFile() != "" {
		p.Secrets = append(p.Secrets, s.deps.Secrets.KeyFile())
	}
	if c.Server.TLS.KeyFile != "" {
		p.Secrets = append(p.Secrets, c.Server.TLS.KeyFile)
	}
	return p
}

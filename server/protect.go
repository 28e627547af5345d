package server

import (
	"context"
	"slices"

	"ratchet"
	"ratchet/server/auth"
	"ratchet/server/config"
	"ratchet/server/limit"
)

// protect puts the limits before every call.
func (s *Server) protect() error {
	perTool, err := config.Numbers(s.cfg.RateLimit.PerTool)
	if err != nil {
		return ratchet.Errorf(ratchet.CodeConfig, "%s", err.Error()).At("rate_limit.per_tool")
	}
	perPath, err := config.Numbers(s.cfg.RateLimit.PerPath)
	if err != nil {
		return ratchet.Errorf(ratchet.CodeConfig, "%s", err.Error()).At("rate_limit.per_path")
	}
	cfg := limit.Config{
		Off: !s.cfg.RateLimit.Enabled, Tier: s.cfg.RateLimit.Tier,
		Default: limit.Rate{
			PerMinute: s.cfg.RateLimit.RequestsPerMinute, Burst: s.cfg.RateLimit.BurstSize, PerDay: s.cfg.RateLimit.RequestsPerDay,
		},
		PerTool: perTool, PerPath: perPath,
		Calls: s.cfg.MCP.MaxConcurrentCalls, OpenCalls: s.cfg.MCP.MaxConcurrentCalls,
		Clients: s.cfg.RateLimit.MaxClients, MCP: s.cfg.MCP.Endpoint,
		Who: func(ctx context.Context) ratchet.Principal {
			p, _ := auth.FromContext(ctx)
			return p
		},
		Now: s.deps.Now, Log: s.log,
	}
	if s.deps.Store != nil {
		cfg.Days = s.deps.Store
	}
	if s.limiter, err = limit.New(cfg); err != nil {
		return err
	}
	s.deps.Gates = append(s.deps.Gates, s.limiter)
	s.closers = slices.Insert(s.closers, 0, func(context.Context) error { s.limiter.Close(); return nil })
	return nil
}

package server

import (
	"ratchet"
	"ratchet/server/config"
	"ratchet/server/limit"
	"ratchet/server/logging"
	"ratchet/server/settings"
)

// openSettings makes the configuration of the running server and offers it to
// the tools, when it was loaded and can be merged again.
func (s *Server) openSettings(levels *logging.Levels) {
	dir := ""
	if s.deps.Store != nil && s.deps.Store.Path() != "" {
		dir = s.cfg.DataDir
	}
	s.settings = settings.New(settings.Config{
		Loaded: s.cfg, Dir: dir, Apply: s.appliers(levels), Log: logging.For(s.log, logging.Config),
	})
	if s.cfg.Loaded() {
		s.deps.Config = s.settings
	}
	s.deps.Settings.ResultBytes = func() int { return int(s.settings.Current().MCP.MaxResultBytes) }
}

// appliers are the keys that take effect while the server runs, and what has to
// be done for them: nil where the value is asked for at each use.
func (s *Server) appliers(levels *logging.Levels) map[string]func(*config.Config) {
	apply := map[string]func(*config.Config){
		"logging.access":           nil,
		"server.dev_errors":        nil,
		"server.enable_request_id": nil,
		"mcp.max_result_bytes":     nil,
		"mcp.max_concurrent_calls": s.applyLimits,
	}
	for _, key := range []string{"enabled", "tier", "requests_per_minute", "burst_size", "requests_per_day", "per_tool", "per_path"} {
		apply["rate_limit."+key] = s.applyLimits
	}
	if levels != nil {
		apply["logging.level"] = func(c *config.Config) { _ = levels.Set(c.Logging.Level) } // checked by config
	}
	if exec := s.deps.Exec; exec != nil {
		apply["execution.max_concurrent_tasks"] = func(c *config.Config) { exec.SetMaxConcurrent(c.Execution.MaxConcurrentTasks) }
	}
	return apply
}

// applyLimits gives the limiter the bounds of a changed configuration.
func (s *Server) applyLimits(c *config.Config) {
	rules, err := limitRules(c)
	if err == nil {
		err = s.limiter.Change(rules)
	}
	if err != nil { // checked by config: only a mistake of ours comes here
		logging.For(s.log, logging.Limit).Error("the limits stay as they were", "error", err)
	}
}

// limitRules are the bounds of calls that the configuration sets.
func limitRules(c *config.Config) (limit.Rules, error) {
	r := limit.Rules{
		Off: !c.RateLimit.Enabled, Tier: c.RateLimit.Tier,
		Default: limit.Rate{PerMinute: c.RateLimit.RequestsPerMinute, Burst: c.RateLimit.BurstSize, PerDay: c.RateLimit.RequestsPerDay},
		Calls:   c.MCP.MaxConcurrentCalls, OpenCalls: c.MCP.MaxConcurrentCalls,
	}
	var err error
	if r.PerTool, err = config.Numbers(c.RateLimit.PerTool); err != nil {
		return r, ratchet.Errorf(ratchet.CodeConfig, "%s", err.Error()).At("rate_limit.per_tool")
	}
	if r.PerPath, err = config.Numbers(c.RateLimit.PerPath); err != nil {
		return r, ratchet.Errorf(ratchet.CodeConfig, "%s", err.Error()).At("rate_limit.per_path")
	}
	return r, nil
}

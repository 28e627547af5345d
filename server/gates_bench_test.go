package server_test

import (
	"context"
	"testing"

	"ratchet/registry"

	"ratchet"
	"ratchet/server"
	"ratchet/server/config"
)

// BenchmarkGates calls the smallest tool of the product directly and through
// the gates of a server with login, limits and audit.
func BenchmarkGates(b *testing.B) {
	dir := b.TempDir()
	cfg, err := config.Load(config.Options{Env: []string{}, Dir: dir, User: dir, Flags: map[string]string{
		"data_dir": dir, "auth.required": "true", "execution.workers.warm": "0", "rate_limit.tier": "unlimited",
	}})
	if err != nil {
		b.Fatal(err)
	}
	s, err := server.Open(b.Context(), cfg, server.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close(context.Background()) })
	who := ratchet.Principal{ID: "bench", Name: "bench", Role: ratchet.RoleUser, Via: "api_key", Tier: "unlimited"}
	tool, _ := s.Registry().Lookup("ratchet_list_templates")
	args := []byte("{}")
	b.Run("direct", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := tool.Call(b.Context(), s.Deps(), args); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("gated", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			ctx := registry.WithCaller(b.Context(), registry.Caller{Principal: who.ID, Identity: who, Surface: "bench"})
			if _, err := registry.Invoke(ctx, s.Deps(), tool, args); err != nil {
				b.Fatal(err)
			}
		}
	})
}

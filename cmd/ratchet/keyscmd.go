package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (a *app) keysCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "keys", Short: "Make API keys for programs",
		Long: "Make API keys for programs, on the local data or on a server. A key is printed once, when it is\n" +
			"made or rotated.",
		Example: `  ratchet keys create ci --permissions execute --task-patterns 'report-*'
  ratchet keys list
  ratchet keys rotate ci
  ratchet keys revoke ci`,
	}
	cmd.AddCommand(
		a.toolCommand("ratchet_list_api_keys", "list", "Show keys and when they were used", func(f *pflag.FlagSet) {
			f.String("name", "", "part of the name")
			f.Bool("is-active", true, "only the valid ones, or only the revoked ones")
		}),
		a.toolCommand("ratchet_create_api_key", "create NAME", "Make a key and print it", func(f *pflag.FlagSet) {
			f.String("permissions", "", "admin, full, execute or read (default execute)")
			f.StringSlice("tools", nil, "only these tools: names, prefix* or *suffix")
			f.StringSlice("denied-tools", nil, "not these")
			f.StringSlice("toolsets", nil, "only tools of these toolsets")
			f.StringSlice("task-patterns", nil, "only these tasks: names, prefix* or *suffix")
			f.StringSlice("denied-task-patterns", nil, "not these")
			f.String("rate-tier", "", "default, permissive, strict or unlimited")
			f.String("expires-at", "", "RFC 3339")
			f.StringSlice("allowed-ips", nil, "addresses or networks it may come from")
		}),
		a.toolCommand("ratchet_rotate_api_key", "rotate KEY_ID", "Replace a key and print the new one", func(f *pflag.FlagSet) {
			f.String("expires-at", "", "RFC 3339; a new end")
		}),
		a.toolCommand("ratchet_revoke_api_key", "revoke KEY_ID", "Revoke a key", func(f *pflag.FlagSet) {
			f.Bool("delete", false, "remove its row too, so that the name is free")
		}),
	)
	return cmd
}

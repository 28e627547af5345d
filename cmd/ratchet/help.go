package main

import (
	"slices"

	"github.com/spf13/cobra"
)

// helpFor shows in the help of a command only those global flags that it takes.
func (a *app) helpFor(root *cobra.Command) {
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		for _, name := range []string{"connect", "auth-token"} {
			root.PersistentFlags().Lookup(name).Hidden = !takesConnect(cmd)
		}
		help(cmd, args)
	})
}

// takesConnect says whether a command, or one of its group, can work on a server.
func takesConnect(cmd *cobra.Command) bool {
	return cmd.Annotations["connect"] != "" || slices.ContainsFunc(cmd.Commands(), takesConnect)
}

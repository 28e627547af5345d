package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/server/config"
)

func (a *app) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "config", Short: "Check, show or write the configuration",
		Example: "  ratchet config show\n  ratchet config generate --output ratchet.yaml",
	}
	validate := &cobra.Command{
		Use: "validate", Short: "Check the configuration", Args: cobra.NoArgs, Example: "  ratchet config validate --config ratchet.yaml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, _, err := a.load(cmd.Flags(), nil)
			if err != nil {
				return err
			}
			origins := map[string]int{}
			for _, source := range cfg.Sources() {
				origins[source.Origin]++
			}
			if a.machine() {
				return a.print(map[string]any{"valid": true, "values_by_origin": origins, "notices": append([]string{}, cfg.Notices()...)})
			}
			fmt.Fprintln(a.stdout, "the configuration is valid; values come from:")
			for _, origin := range slices.Sorted(maps.Keys(origins)) {
				fmt.Fprintf(a.stdout, "%4d  %s\n", origins[origin], origin)
			}
			return nil
		},
	}
	var only string
	show := &cobra.Command{
		Use: "show", Short: "Print every value and where it comes from", Args: cobra.NoArgs, Example: "  ratchet config show --section mcp\n  ratchet config show --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, _, err := a.load(cmd.Flags(), nil)
			if err != nil {
				return err
			}
			return a.showConfig(cfg, only)
		},
	}
	show.Flags().StringVar(&only, "section", "", "only keys of this section, e.g. mcp")
	cmd.AddCommand(validate, show, a.generateCommand())
	return cmd
}

func (a *app) showConfig(cfg config.Config, section string) error {
	sources := cfg.Sources()
	if section != "" {
		maps.DeleteFunc(sources, func(key string, _ config.Source) bool { return key != section && !strings.HasPrefix(key, section+".") })
		if len(sources) == 0 {
			return ratchet.Errorf(ratchet.CodeNotFound, "no section %q", section).WithHint("`ratchet config show` lists all keys")
		}
	}
	if a.machine() {
		rows := map[string]any{}
		for key, source := range sources {
			rows[key] = map[string]any{"value": config.Shown(source.Value), "origin": source.Origin}
		}
		return a.print(rows)
	}
	for _, key := range slices.Sorted(maps.Keys(sources)) {
		fmt.Fprintf(a.stdout, "%-36s %-24s %s\n", key, fmt.Sprint(sources[key].Value), sources[key].Origin)
	}
	return nil
}

func (a *app) generateCommand() *cobra.Command {
	var kind, output string
	var force bool
	cmd := &cobra.Command{
		Use: "generate", Short: "Write a documented configuration with all defaults", Args: cobra.NoArgs,
		Example: "  ratchet config generate --output ratchet.yaml\n  ratchet config generate --kind env",
		RunE: func(*cobra.Command, []string) error {
			text, err := config.Generate(kind)
			if err != nil {
				return err
			}
			if output == "" {
				_, err := fmt.Fprint(a.stdout, text)
				return err
			}
			flag := os.O_WRONLY | os.O_CREATE | os.O_EXCL
			if force {
				flag = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
			}
			f, err := os.OpenFile(output, flag, 0o600)
			if errors.Is(err, fs.ErrExist) {
				return ratchet.Errorf(ratchet.CodeConflict, "%s exists", output).WithHint("--force overwrites it")
			}
			if err != nil {
				return ratchet.Errorf(ratchet.CodeInvalid, "cannot write %s", output).Wrap(err)
			}
			_, err = f.WriteString(text)
			return errors.Join(err, f.Close())
		},
	}
	cmd.Flags().StringVar(&kind, "kind", "yaml", "yaml or env")
	cmd.Flags().StringVar(&output, "output", "", "file to write (default stdout)")
	cmd.Flags().BoolVar(&force, "force", false, "overwrite the file")
	return cmd
}

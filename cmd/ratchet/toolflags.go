package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// argument marks a flag as an argument of a tool, be it named like a setting
// or not.
const argument = "argument"

// toolCommand makes a command of a tool: positional arguments are the tool's
// arguments named in its usage line, flags those of the same name.
//
//	a.toolCommand("ratchet_delete_user", "delete USER_ID", "Remove a user", nil)
func (a *app) toolCommand(tool, use, short string, flags func(*pflag.FlagSet)) *cobra.Command {
	positional := strings.Fields(use)[1:]
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cobra.ExactArgs(len(positional)),
	}
	cmd.RunE = a.toolRun(tool, cmd, func(given map[string]any) error {
		if cmd.Flags().Lookup("password-stdin") == nil {
			return nil
		}
		return a.password(cmd, given)
	})
	if flags != nil {
		flags(cmd.Flags())
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			f.Annotations = map[string][]string{argument: {"yes"}}
			values := func() []string { return a.valuesOf(cmd, tool, strings.ReplaceAll(f.Name, "-", "_")) }
			_ = cmd.RegisterFlagCompletionFunc(f.Name, offering(values)) // the flag is there, and has none yet
		})
	}
	storeFlags(cmd.Flags())
	return connects(cmd)
}

// toolRun calls a tool with the arguments of its command and those that more
// adds.
func (a *app) toolRun(tool string, cmd *cobra.Command, more func(given map[string]any) error) func(*cobra.Command, []string) error {
	positional := strings.Fields(cmd.Use)[1:]
	return func(cmd *cobra.Command, args []string) error {
		given := map[string]any{}
		for i, name := range positional {
			given[strings.ToLower(name)] = args[i]
		}
		cmd.Flags().Visit(func(f *pflag.Flag) { take(f, given) })
		if err := more(given); err != nil {
			return err
		}
		data, err := json.Marshal(given)
		if err != nil {
			return fmt.Errorf("write the arguments of %s: %w", tool, err)
		}
		return a.invoke(cmd, tool, data)
	}
}

// take puts the value of a flag that was given among the arguments.
func take(f *pflag.Flag, given map[string]any) {
	if f.Annotations[argument] == nil || f.Name == "password-stdin" {
		return
	}
	name := strings.ReplaceAll(f.Name, "-", "_")
	switch list, isList := f.Value.(pflag.SliceValue); {
	case isList:
		given[name] = list.GetSlice()
	case f.Value.Type() == "bool":
		given[name] = f.Value.String() == "true"
	default:
		given[name] = f.Value.String()
	}
}

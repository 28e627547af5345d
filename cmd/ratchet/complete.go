package main

import (
	"encoding/json"
	"os"
	"slices"
	"strings"

	"ratchet/registry"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ratchet/server"
	"ratchet/templates"
	"ratchet/tools"
)

// completion is what cobra asks for the values of a position.
type completion = func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective)

// offering completes by a list, which is made when it is asked for.
func offering(list func() []string) completion {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return list(), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeFlags offers the values of those flags of all commands that have a few.
func (a *app) completeFlags(cmd *cobra.Command) {
	these := func(list ...string) func() []string { return func() []string { return list } }
	values := map[string]func() []string{
		"format": these("table", "json", "yaml"), "transport": these("stdio", "http", "sse"), "lang": these(languages...),
		"log-level": these("debug", "info", "warn", "error"), "toolsets": these(append(registry.Toolsets(), "all")...),
		"template": templateNames, "tools": toolNames, "only-tools": toolNames, "exclude-tools": toolNames,
	}
	offer := func(f *pflag.Flag) {
		list, few := values[f.Name]
		if _, done := cmd.GetFlagCompletionFunc(f.Name); few && !done && f.Annotations[argument] == nil {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, offering(list)) // the flag is there, and has none yet
		}
		if f.Name == "from-fs" || f.Name == "data-dir" || f.Name == "tasks-dir" {
			_ = cmd.MarkFlagDirname(f.Name)
		}
	}
	cmd.Flags().VisitAll(offer)
	cmd.PersistentFlags().VisitAll(offer)
	for _, sub := range cmd.Commands() {
		a.completeFlags(sub)
	}
}

func templateNames() []string {
	var names []string
	for _, t := range templates.List() {
		names = append(names, t.Name)
	}
	return names
}

func toolNames() []string {
	var names []string
	for _, t := range tools.All() {
		names = append(names, t.Name)
	}
	return names
}

// completeTool offers the names of tools with what they are for.
func completeTool(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var list []string
	for _, t := range tools.All() {
		if len(args) == 0 {
			list = append(list, cobra.CompletionWithDesc(t.Name, t.Title))
		}
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

// completeArgument offers the arguments of the tool of a call, then their values.
func (a *app) completeArgument(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	name, _, valued := strings.Cut(begun, "=")
	if !valued {
		var list []string
		for _, field := range fieldsOf(args[0]) {
			list = append(list, cobra.CompletionWithDesc(field.name+"=", field.doc))
		}
		return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	var list []string
	for _, value := range a.valuesOf(cmd, args[0], name) {
		list = append(list, name+"="+value)
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

// toolField is an argument of a tool.
type toolField struct {
	name, doc, kind string
	enum            []string
}

func fieldsOf(tool string) []toolField {
	registry, err := registry.New(tools.All()...)
	if err != nil {
		return nil
	}
	t, ok := registry.Lookup(tool)
	if !ok {
		return nil
	}
	var list []toolField
	for _, f := range t.Args().Fields {
		list = append(list, toolField{f.Name, f.Type.Description, f.Type.Kind, f.Type.Enum})
	}
	return list
}

// valuesOf are the values that an argument of a tool can have, as far as they are few.
func (a *app) valuesOf(cmd *cobra.Command, tool, name string) []string {
	fields := fieldsOf(tool)
	i := slices.IndexFunc(fields, func(f toolField) bool { return f.name == name })
	switch {
	case i < 0:
		return nil
	case len(fields[i].enum) > 0:
		return fields[i].enum
	case fields[i].kind == "boolean":
		return []string{"true", "false"}
	case name == "task_id":
		return a.taskNames(cmd)
	}
	return nil
}

// completeTask offers the names of tasks.
func (a *app) completeTask(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.taskNames(cmd), cobra.ShellCompDirectiveNoFileComp
}

// taskNames are those of the server or of the local data, which nothing is made
// of where there is none.
func (a *app) taskNames(cmd *cobra.Command) []string {
	if a.connect == "" {
		cfg, _, err := a.load(cmd.Flags(), nil)
		if err != nil {
			return nil
		}
		file, err := server.Database(cfg)
		if err != nil || !present(file) {
			return nil
		}
	}
	to, err := a.reach(cmd)
	if err != nil {
		return nil
	}
	defer func() { _ = to.close() }() // an error here has no reader
	raw, err := to.call(cmd.Context(), "ratchet_list_available_tasks", map[string]any{"limit": 200, "fields": []string{"name"}})
	var found struct {
		Tasks []struct {
			Name string `json:"name"`
		} `json:"tasks"`
	}
	if err != nil || json.Unmarshal(raw, &found) != nil {
		return nil
	}
	var names []string
	for _, t := range found.Tasks {
		names = append(names, t.Name)
	}
	return names
}

func present(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

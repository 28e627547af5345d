package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/schema"
	"ratchet/server/config"
)

// usage turns what cobra says about a wrong command line into an error that
// teaches: cobra's errors have no type.
func usage(cmd *cobra.Command, err error) error {
	var known *ratchet.Error
	if errors.As(err, &known) || !isUsage(err) {
		return err
	}
	e := ratchet.Errorf(ratchet.CodeInvalid, "%s", firstLine(err)).Wrap(err)
	if cmd == nil || !cmd.HasParent() {
		e.WithHint("`ratchet --help` lists the commands")
		if _, name, ok := strings.Cut(err.Error(), `unknown command "`); ok && cmd != nil {
			name, _, _ = strings.Cut(name, `"`)
			e = nearest(e, name, commandNames(cmd))
		}
		return e
	}
	if strings.Contains(err.Error(), "arg(s)") || strings.Contains(err.Error(), "unknown command") {
		e.Message = fmt.Sprintf("wrong arguments, the usage is: %s", cmd.UseLine())
	}
	if _, name, ok := strings.Cut(err.Error(), "unknown flag: --"); ok {
		e = nearest(e, "--"+name, flagNames(cmd))
	}
	if example, _, _ := strings.Cut(strings.TrimSpace(cmd.Example), "\n"); example != "" {
		e.With(ratchet.FieldExample, example)
	}
	return e.WithHint("`%s --help` lists its flags", cmd.CommandPath())
}

// isUsage says whether cobra refused the command line.
func isUsage(err error) bool {
	for _, part := range []string{
		"unknown command", "unknown flag", "unknown shorthand", "invalid argument", "arg(s)", "required flag",
		"flag needs an argument", "if any flags in the group",
	} {
		if strings.Contains(err.Error(), part) {
			return true
		}
	}
	return false
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

func nearest(e *ratchet.Error, name string, known []string) *ratchet.Error {
	if near := schema.Nearest(name, known); near != "" {
		return e.With(ratchet.FieldNearest, near)
	}
	return e
}

// complain writes an error to stderr.
func (a *app) complain(err error) {
	e := ratchet.AsError(err)
	if a.machine() {
		data, _ := json.Marshal(map[string]any{"error": ratchet.Body(err, a.requestID)})
		if a.format == "yaml" {
			if text, yamlErr := toYAML(data); yamlErr == nil {
				fmt.Fprint(a.stderr, string(text))
				return
			}
		}
		fmt.Fprintln(a.stderr, string(data))
		return
	}
	if list := config.Faults(e); len(list) > 1 {
		a.complainOfAll(list, e.Hint)
		return
	}
	fmt.Fprintln(a.stderr, a.paint(a.stderr, red, "error:"), plain(e.Message))
	if e.Err != nil && e.Code == ratchet.CodeInternal {
		fmt.Fprintln(a.stderr, "cause:", plain(e.Err.Error())) // the person at the keyboard owns the server
	}
	if id, ok := e.Fields[ratchet.FieldRequestID].(string); ok {
		fmt.Fprintln(a.stderr, "request id:", id)
	}
	if near, ok := e.Fields[ratchet.FieldNearest].(string); ok {
		fmt.Fprintln(a.stderr, "nearest:", plain(fmt.Sprint(near)))
	}
	if allowed, ok := e.Fields[ratchet.FieldAllowed]; ok {
		fmt.Fprintln(a.stderr, "allowed:", plain(oneLine(allowed)))
	}
	if e.Hint != "" {
		fmt.Fprintln(a.stderr, "hint:", plain(e.Hint))
	}
	if example, ok := e.Fields[ratchet.FieldExample]; ok {
		fmt.Fprintln(a.stderr, "example:", plain(oneLine(example)))
	}
}

// complainOfAll writes every fault of a configuration, each with what would be
// right.
func (a *app) complainOfAll(list []config.Fault, hint string) {
	fmt.Fprintf(a.stderr, "%s the configuration has %d faults\n", a.paint(a.stderr, red, "error:"), len(list))
	for _, f := range list {
		fmt.Fprintln(a.stderr, "-", plain(f.Message))
		if f.Allowed != nil {
			fmt.Fprintln(a.stderr, "  allowed:", plain(oneLine(f.Allowed)))
		}
		if f.Hint != "" {
			fmt.Fprintln(a.stderr, "  hint:", plain(f.Hint))
		}
	}
	fmt.Fprintln(a.stderr, "hint:", plain(hint))
}

// oneLine shows a detail of an error: text as it is, all else as JSON.
func oneLine(value any) string {
	switch v := value.(type) {
	case string:
		return strings.TrimSpace(v)
	case []string:
		return strings.Join(v, ", ")
	}
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(data)
}

func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, sub := range cmd.Root().Commands() {
		names = append(names, sub.Name())
	}
	return names
}

package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ratchet"
)

var update = flag.Bool("update", false, "write the generated parts of docs anew")

// held compares a file with what the code says, or writes it.
func held(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s is not what the code says (%v): run make update and read the diff", path, err)
	}
}

// TestReference holds docs/reference/command-line.md to the commands there are.
func TestReference(t *testing.T) {
	root := (&app{}).root()
	var want strings.Builder
	want.WriteString("# Command line\n\nWritten from the code by `make update`; `ratchet COMMAND --help` prints the same.\n" +
		"Exit codes are on the page [errors](../errors.md#codes).\n\n## Flags of every command\n\n")
	flagTable(&want, root.PersistentFlags())
	commandsBelow(&want, root)
	held(t, "../../docs/reference/command-line.md", want.String())
}

// commandsBelow writes the commands below c.
func commandsBelow(out *strings.Builder, c *cobra.Command) {
	for _, sub := range c.Commands() {
		if sub.Hidden || sub.Name() == "help" || sub.Name() == "completion" {
			continue
		}
		if sub.Runnable() {
			fmt.Fprintf(out, "\n## %s\n\n%s.\n\n```text\n%s\n```\n", sub.CommandPath(), strings.TrimSuffix(longOf(sub), "."), sub.UseLine())
			if sub.Example != "" {
				fmt.Fprintf(out, "\n```sh syntax\n%s\n```\n", regexp.MustCompile(`(?m)^  `).ReplaceAllString(sub.Example, ""))
			}
			if sub.LocalNonPersistentFlags().HasAvailableFlags() {
				out.WriteString("\n")
				flagTable(out, sub.LocalNonPersistentFlags())
			}
		}
		commandsBelow(out, sub)
	}
}

func longOf(c *cobra.Command) string {
	if c.Long != "" {
		return c.Long
	}
	return c.Short
}

func flagTable(out *strings.Builder, flags *pflag.FlagSet) {
	out.WriteString("| Flag | Meaning |\n|---|---|\n")
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		kind, usage := pflag.UnquoteUsage(f)
		if kind != "" {
			kind = " " + kind
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "[]" && f.DefValue != "0s" && !strings.Contains(usage, "default") {
			usage += " (default " + f.DefValue + ")"
		}
		fmt.Fprintf(out, "| `--%s%s` | %s |\n", f.Name, kind, strings.NewReplacer("|", `\|`, "*", `\*`, "<", "&lt;").Replace(usage))
	})
}

// TestErrorsDocument holds the table of docs/errors.md to the codes there are.
func TestErrorsDocument(t *testing.T) {
	const path, from, to = "../../docs/errors.md", "<!-- generated: codes -->\n", "<!-- end -->"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), from)
	_, after, closed := strings.Cut(rest, to)
	if !ok || !closed {
		t.Fatalf("%s has no place for the table", path)
	}
	table := "\n| Code | `error_type` | HTTP status | Exit code | Retryable | Of |\n|---|---|---|---|---|---|\n"
	for _, c := range ratchet.Codes() {
		retry := ""
		if c.Retryable() {
			retry = "yes"
		}
		table += fmt.Sprintf("| `%s` | `%s` | %d | %d | %s | %s |\n", c.Wire(), c.ErrorType(), c.HTTPStatus(), c.ExitCode(), retry, c)
	}
	held(t, path, before+from+table+"\n"+to+after)
}

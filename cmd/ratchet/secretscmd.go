package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"ratchet"
)

// longestValue is more than a secret may have.
const longestValue = 128 << 10

func (a *app) secretsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "secrets", Short: "Keep values that tasks need, and say which tasks may use them",
		Long: "Keep values that tasks need, and say which tasks, callers and hosts they may be used for, on the\n" +
			"local data or on a server. A value is never an argument, which other users of the machine could read:\n" +
			"it comes from stdin, or is asked for on a terminal. Values are stored encrypted and never shown.",
		Example: `  ratchet secrets set API_TOKEN --task-patterns 'report-*' --hosts api.example.com < token.txt
  ratchet secrets list
  ratchet secrets set API_TOKEN --keep-value --roles service
  ratchet secrets rotate
  ratchet secrets delete API_TOKEN`,
	}
	cmd.AddCommand(
		a.toolCommand("ratchet_list_secrets", "list", "Show secrets and what they are bound to, without values", nil),
		a.setSecretCommand(),
		a.toolCommand("ratchet_delete_secret", "delete NAME", "Remove a secret and its bindings", nil),
		a.rotateKeyCommand(),
	)
	return cmd
}

func (a *app) setSecretCommand() *cobra.Command {
	cmd := a.toolCommand("ratchet_set_secret", "set NAME", "Store a value, or change what it is bound to", func(f *pflag.FlagSet) {
		f.StringSlice("task-patterns", nil, "tasks that may use it: names, prefix* or *suffix; empty = none")
		f.StringSlice("hosts", nil, "where context.secrets.ref may send it: api.example.com, *.example.com, host:port")
		f.StringSlice("roles", nil, "of callers whose runs may use it: readonly, user, service, admin; empty = all")
		f.Bool("readable", false, "let tasks read the value with context.secrets.get")
	})
	keep := cmd.Flags().Bool("keep-value", false, "leave the value as it is, or as it is configured, and change the bindings alone")
	cmd.RunE = a.toolRun("ratchet_set_secret", cmd, func(given map[string]any) error {
		if *keep {
			return nil
		}
		value, err := a.confidential("value of " + fmt.Sprint(given["name"]))
		if err != nil {
			return err
		}
		given["value"] = value
		return nil
	})
	return cmd
}

func (a *app) rotateKeyCommand() *cobra.Command {
	cmd := a.toolCommand("ratchet_rotate_master_key", "rotate", "Encrypt every secret with another master key", nil)
	stdin := cmd.Flags().Bool("key-stdin", false, "read the new key, 32 bytes in base64 or hex, from stdin; without it, it is random")
	cmd.RunE = a.toolRun("ratchet_rotate_master_key", cmd, func(given map[string]any) error {
		if !*stdin {
			return nil
		}
		key, err := a.confidential("new master key")
		given["new_key"] = key
		return err
	})
	return cmd
}

// confidential reads what must be no argument: from a terminal without showing
// it, else all of stdin but the last line break.
func (a *app) confidential(what string) (string, error) {
	var data []byte
	var err error
	if file, ok := a.stdin.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		fmt.Fprintf(a.stderr, "%s (not shown): ", what)
		data, err = term.ReadPassword(int(file.Fd()))
		fmt.Fprintln(a.stderr)
	} else {
		data, err = io.ReadAll(io.LimitReader(a.stdin, longestValue))
	}
	if err != nil {
		return "", ratchet.Errorf(ratchet.CodeInvalid, "the %s cannot be read", what).Wrap(err)
	}
	data = bytes.TrimSuffix(bytes.TrimSuffix(data, []byte("\n")), []byte("\r"))
	if len(data) == 0 {
		return "", ratchet.Errorf(ratchet.CodeInvalid, "stdin holds no %s", what).At("/value").
			WithHint("e.g. `ratchet secrets set API_TOKEN < token.txt`; --keep-value changes the bindings alone")
	}
	return string(data), nil
}

// unspoken refuses confidential arguments on the command line, where other users
// of the machine could read them.
func unspoken(tool, text string, pairs []string) error {
	name := map[string]string{"ratchet_set_secret": "value", "ratchet_rotate_master_key": "new_key"}[tool]
	if name == "" || text == "-" {
		return nil
	}
	given := map[string]json.RawMessage{}
	_ = json.Unmarshal([]byte(text), &given) // what is no object is refused later
	for _, pair := range pairs {
		key, _, _ := bytes.Cut([]byte(pair), []byte("="))
		given[string(key)] = nil
	}
	if _, spoken := given[name]; !spoken {
		return nil
	}
	return ratchet.Errorf(ratchet.CodeInvalid, "%s of %s is not taken from the command line: other users of the machine can read that", name, tool).At("/" + name).
		WithHint("use `ratchet secrets`, which asks for it or reads it from stdin, or pass - and the arguments on stdin")
}

package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ratchet"
)

func (a *app) usersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "users", Short: "Manage users",
		Long: "Manage users, on the local data or on a server. A password is never an argument,\n" +
			"which other users of the machine could read: it comes from stdin.",
		Example: `  ratchet users create ada --role admin --password-stdin < password.txt
  ratchet users list --role admin
  ratchet users update ada --is-active=false
  ratchet users delete ada`,
	}
	identity := func(f *pflag.FlagSet) {
		f.String("role", "", "admin, service, user or readonly")
		f.String("email", "", "email")
		f.String("display-name", "", "name for people")
		f.Bool("is-active", true, "false = may not log in")
		f.Bool("password-stdin", false, "read the password from the first line of stdin")
	}
	cmd.AddCommand(
		a.toolCommand("ratchet_list_users", "list", "Show users", func(f *pflag.FlagSet) {
			f.String("role", "", "only this role")
			f.String("username", "", "part of the username")
			f.Bool("is-active", true, "only those who may log in, or only those who may not")
		}),
		a.createUserCommand(identity),
		a.toolCommand("ratchet_update_user", "update USER_ID", "Change a user, the password, or lock the user out", identity),
		a.toolCommand("ratchet_delete_user", "delete USER_ID", "Remove a user", nil),
	)
	return cmd
}

// createUserCommand says what a user without a password needs.
func (a *app) createUserCommand(identity func(*pflag.FlagSet)) *cobra.Command {
	cmd := a.toolCommand("ratchet_create_user", "create USERNAME", "Let a person log in", identity)
	create := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		err := create(cmd, args)
		if asked, _ := cmd.Flags().GetBool("password-stdin"); err == nil && !asked {
			a.say("%s has no password, so a login needs a client certificate or single sign-on; set one: ratchet users update %s --password-stdin < password.txt",
				args[0], shellWord(args[0]))
		}
		return err
	}
	return cmd
}

// password reads the password when --password-stdin asks for it.
func (a *app) password(cmd *cobra.Command, given map[string]any) error {
	if asked, err := cmd.Flags().GetBool("password-stdin"); err != nil || !asked {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(a.stdin, 4096))
	if err != nil {
		return ratchet.Errorf(ratchet.CodeInvalid, "the password cannot be read from stdin").Wrap(err)
	}
	line, _, _ := strings.Cut(string(data), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" {
		return ratchet.Errorf(ratchet.CodeInvalid, "stdin holds no password").At("/password").
			WithHint("e.g. ratchet users create ada --password-stdin < password.txt")
	}
	given["password"] = line
	return nil
}

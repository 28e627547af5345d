package registry

import (
	"context"

	"ratchet"
)

// Configuration is what tools may see and change of the server's settings.
type Configuration interface {
	// Settings are all keys with the values in force, by key. Secrets are
	// masked.
	Settings() []Setting
	// Unknown is the error for a key that does not exist; it names the nearest.
	Unknown(key string) *ratchet.Error
	// Change validates a change like the configuration file and makes it. Its
	// errors are of CodeInvalid when the change may not be made.
	Change(ctx context.Context, c SettingChange) (SettingChanged, error)
	// Document is settings as the configuration file writes them.
	Document(list []Setting) (string, error)
}

// Setting is one key of the configuration.
type Setting struct {
	Key     string
	Value   any      // JSON-safe, as the file has it; *** = a secret that is set
	Source  string   // default, file, env, flag or runtime
	Origin  string   // the source by name, e.g. a path or a variable
	Live    bool     // a change takes effect while the server runs
	Secret  bool     // not shown, and not set by tools
	Next    any      // the value after a restart; nil = the same
	Type    string   // for people
	Doc     string   // one line
	Allowed []string // nil = not one of a few texts
}

// SettingChange is a wish to change one key.
type SettingChange struct {
	Key     string
	Value   any  // as decoded from JSON; nil = take back what was set at run time
	Persist bool // it holds after a restart
	DryRun  bool // say what would happen
}

// SettingChanged says what a change did.
type SettingChanged struct {
	Before, After any // the value in force, before and now
	Applied       bool
	Source        string // of After
	Next          any    // the value after a restart
	File          string // where it is stored; empty = it is not
}

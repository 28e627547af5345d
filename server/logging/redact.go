package logging

import (
	"fmt"
	"log/slog"
	"strings"

	"ratchet/mask"
)

// hidden stands for a value that is not shown.
const hidden = "***"

// Redact returns what takes secrets out of attributes and messages, for
// slog.HandlerOptions.ReplaceAttr: by their names passwords, secrets, tokens, API
// keys, authorization, cookies, numbers of people and of cards; and out of texts
// the known secrets and what looks like one. A nil known knows none. A name of
// several words counts by its last ones, so key_id, token_expiration and
// max_tokens are shown, and so is what is called just key.
func Redact(known *mask.Values) func([]string, slog.Attr) slog.Attr {
	return func(_ []string, a slog.Attr) slog.Attr {
		switch kind := a.Value.Kind(); {
		case kind == slog.KindBool, kind == slog.KindString && a.Value.String() == "":
			return a // says whether there is one
		case secretName(a.Key):
			return slog.String(a.Key, hidden)
		case kind == slog.KindString:
			return masked(a, a.Value.String(), known)
		case kind == slog.KindDuration: // in JSON it were a number of nanoseconds
			return slog.String(a.Key, a.Value.Duration().String())
		case kind == slog.KindAny:
			switch v := a.Value.Any().(type) {
			case slog.Level, *slog.Source: // of every line
			case error:
				return masked(a, v.Error(), known)
			default:
				return masked(a, fmt.Sprintf("%+v", v), known)
			}
		}
		return a
	}
}

// masked is a with its text masked, and a itself where there was nothing: a
// handler may know its type.
func masked(a slog.Attr, text string, known *mask.Values) slog.Attr {
	if shown := mask.Secrets(known.Text(text)); shown != text {
		return slog.String(a.Key, shown)
	}
	return a
}

// secretName says whether a name ends, as a whole or after its other words, in
// one that is not to be shown. It uses no memory: every attribute is asked.
func secretName(name string) bool {
	for _, end := range [...]string{
		"password", "passwd", "pwd", "passphrase", "secret", "token", "ssn", "credit_card", "card_number", "authorization", "cookie",
		"api_key", "access_key", "private_key", "secret_key", "signing_key", "encryption_key",
	} {
		if endsIn(name, end) {
			return true
		}
	}
	return false
}

// endsIn compares the end of name with words, letter by letter from behind: an
// underscore between words may be another sign or a capital letter in name.
func endsIn(name, words string) bool {
	i := len(name)
	for j := len(words) - 1; j >= 0; j-- {
		if words[j] == '_' {
			if i > 0 && separates(name[i-1]) {
				i--
			}
			continue
		}
		if i--; i < 0 || lower(name[i]) != words[j] {
			return false
		}
	}
	return i == 0 || separates(name[i-1]) || (capital(name[i]) && !capital(name[i-1]))
}

func separates(c byte) bool { return strings.IndexByte("_-. :/", c) >= 0 }

func capital(c byte) bool { return c >= 'A' && c <= 'Z' }

func lower(c byte) byte {
	if capital(c) {
		return c - 'A' + 'a'
	}
	return c
}

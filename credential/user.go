package credential

import (
	"net/mail"
	"regexp"

	"ratchet"
)

var username = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$`)

// AcceptableUser returns nil when a user may have this name and email. The
// email may be empty.
func AcceptableUser(name, email string) error {
	if !username.MatchString(name) {
		return ratchet.Errorf(ratchet.CodeInvalid, "a username has 3 to 64 letters, digits, dots, _ or -, and begins with a letter or digit").At("/username")
	}
	if email == "" {
		return nil
	}
	if at, err := mail.ParseAddress(email); err != nil || at.Address != email || len(email) > 254 {
		return ratchet.Errorf(ratchet.CodeInvalid, "the email is not an address").At("/email").With(ratchet.FieldExample, "ada@example.org")
	}
	return nil
}

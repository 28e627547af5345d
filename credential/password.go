package credential

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"ratchet"
)

// Length of a password in characters.
const (
	MinPassword = 12
	MaxPassword = 128
)

// params are the cost parameters of argon2.
type params struct {
	memory  uint32 // KiB
	time    uint32
	threads uint8
}

// current is what new hashes are made with; older ones say theirs.
func current() params { return params{memory: 48 << 10, time: 2, threads: 1} }

const (
	saltBytes = 16
	hashBytes = 32
)

// semaphore bounds the memory that guesses can take: more of them wait.
type semaphore chan struct{}

// Passwords hashes and checks passwords, a few at a time. Make it with
// NewPasswords.
type Passwords struct {
	gate  semaphore
	decoy string
}

// NewPasswords returns a checker that works on at most n passwords at once (0 = 2).
func NewPasswords(n int) *Passwords {
	if n <= 0 {
		n = 2
	}
	p := &Passwords{gate: make(semaphore, n)}
	p.decoy = encode(current(), make([]byte, saltBytes), make([]byte, hashBytes))
	return p
}

// Check says whether password is the one hash was made of. An empty hash is of
// no password and takes as long as any other.
func (p *Passwords) Check(ctx context.Context, hash, password string) (bool, error) {
	select {
	case p.gate <- struct{}{}:
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
	defer func() { <-p.gate }()
	if hash == "" {
		CheckPassword(p.decoy, password)
		return false, nil
	}
	return CheckPassword(hash, password), nil
}

// Hash is HashPassword within the bounds of p.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	select {
	case p.gate <- struct{}{}:
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	defer func() { <-p.gate }()
	return HashPassword(password)
}

// HashPassword returns the argon2id hash of a password in PHC form. It refuses
// one that is too short, too long or not text.
func HashPassword(password string) (string, error) {
	if err := Acceptable(password); err != nil {
		return "", err
	}
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails
	return encode(current(), salt, derive(password, salt, current())), nil
}

// Acceptable returns nil when a password may be set.
func Acceptable(password string) error {
	if n := utf8.RuneCountInString(password); n < MinPassword || n > MaxPassword || !utf8.ValidString(password) {
		return ratchet.Errorf(ratchet.CodeInvalid, "a password has %d to %d characters", MinPassword, MaxPassword).
			At("/password").WithHint("a sentence of several words is easy to remember and hard to guess")
	}
	if strings.Trim(password, password[:1]) == "" {
		return ratchet.Errorf(ratchet.CodeInvalid, "the password is one character again and again").At("/password")
	}
	return nil
}

// CheckPassword says whether password is the one hash was made of.
func CheckPassword(hash, password string) bool {
	how, salt, want, err := decode(hash)
	if err != nil || len(password) > 4*MaxPassword {
		return false
	}
	return subtle.ConstantTimeCompare(derive(password, salt, how), want) == 1
}

// Outdated says whether a hash was made with other parameters than new ones are.
func Outdated(hash string) bool {
	how, _, _, err := decode(hash)
	return err != nil || how != current()
}

func derive(password string, salt []byte, p params) []byte {
	return argon2.IDKey([]byte(password), salt, p.time, p.memory, p.threads, hashBytes)
}

func encode(p params, salt, hash []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.time, p.threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash))
}

// decode reads a PHC string; it refuses parameters that would cost too much.
func decode(text string) (p params, salt, hash []byte, err error) {
	var version int
	parts := strings.Split(text, "$")
	bad := fmt.Errorf("not a password hash")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return p, nil, nil, bad
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return p, nil, nil, bad
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.threads); err != nil ||
		p.memory > 1<<20 || p.time == 0 || p.time > 16 || p.threads == 0 {
		return p, nil, nil, bad
	}
	salt, errSalt := base64.RawStdEncoding.DecodeString(parts[4])
	hash, errHash := base64.RawStdEncoding.DecodeString(parts[5])
	if errSalt != nil || errHash != nil || len(hash) != hashBytes {
		return p, nil, nil, bad
	}
	return p, salt, hash, nil
}

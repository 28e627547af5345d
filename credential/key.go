package credential

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// KeyPrefix is how every API key begins.
const KeyPrefix = "rk_"

// shownKey is how many characters of a key are kept to tell keys apart.
const shownKey = len(KeyPrefix) + 8

// keyLength is that of every key: 256 bits in base64.
const keyLength = len(KeyPrefix) + 43

// NewKey returns a new API key, what is shown of it later, and the hash that
// is stored.
func NewKey() (key, shown string, hash []byte) {
	key = KeyPrefix + Token()
	return key, key[:shownKey], Digest(key)
}

// LooksLikeKey says whether text has the form of an API key.
func LooksLikeKey(text string) bool {
	return strings.HasPrefix(text, KeyPrefix) && len(text) == keyLength
}

// Token returns 256 random bits as text that is safe in headers and addresses.
func Token() string {
	var bits [32]byte
	rand.Read(bits[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(bits[:])
}

// Digest is the SHA-256 of a secret. That is enough for a secret of 256 random
// bits; passwords need HashPassword.
func Digest(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

package secrets

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"

	"ratchet"
)

// keySize is that of AES-256.
const keySize = 32

// key encrypts values.
type key struct {
	id   string // tells keys apart, and says nothing about the key
	raw  []byte
	aead cipher.AEAD
}

func newKey(raw []byte) (*key, error) {
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte("ratchet master key id\x00"), raw...))
	return &key{id: hex.EncodeToString(sum[:8]), raw: raw, aead: aead}, nil
}

func freshKey() (*key, error) {
	raw := make([]byte, keySize)
	rand.Read(raw) // never fails
	return newKey(raw)
}

// parseKey reads 32 bytes in base64 or hex.
func parseKey(text string) (*key, error) {
	text = strings.TrimSpace(text)
	for _, decode := range []func(string) ([]byte, error){
		hex.DecodeString, base64.StdEncoding.DecodeString, base64.RawStdEncoding.DecodeString,
		base64.URLEncoding.DecodeString, base64.RawURLEncoding.DecodeString,
	} {
		if raw, err := decode(text); err == nil && len(raw) == keySize {
			return newKey(raw)
		}
	}
	return nil, errors.New("not 32 bytes in base64 or hex")
}

func (k *key) text() string { return base64.StdEncoding.EncodeToString(k.raw) }

// seal encrypts the value of the secret of this name.
func (k *key) seal(name, value string) []byte {
	return k.aead.Seal(nil, nil, []byte(value), []byte(name))
}

// open decrypts what seal made under the same name.
func (k *key) open(name string, sealed []byte) (string, error) {
	value, err := k.aead.Open(nil, nil, sealed, []byte(name))
	return string(value), err
}

// badKey refuses a master key that is none: one of the configuration, or with
// CodeInvalid an argument.
func badKey(code ratchet.Code, where string, err error) *ratchet.Error {
	return ratchet.Errorf(code, "%s is no master key: it must be 32 random bytes in base64 or hex", where).Wrap(err).
		WithHint("make one with `openssl rand -base64 32`")
}

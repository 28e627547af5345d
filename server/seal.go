package server

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"fmt"
)

// sealer encrypts and signs state that clients carry between two rounds of a
// call. Its key lives as long as the process: after a restart a round begins
// again.
type sealer struct {
	aead cipher.AEAD
}

func newSealer() *sealer {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails, by its documentation
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("server: the state key has the wrong size: " + err.Error())
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("server: no AES-GCM: " + err.Error())
	}
	return &sealer{aead: aead}
}

// close seals state for one tool.
func (s *sealer) close(tool, state string) (string, error) {
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, []byte(state), []byte(tool))), nil
}

// open proves that sealed was made by close for the same tool.
func (s *sealer) open(tool, sealed string) (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return "", fmt.Errorf("decode sealed state: %w", err)
	}
	state, err := s.aead.Open(nil, nil, raw, []byte(tool))
	if err != nil {
		return "", fmt.Errorf("open sealed state: %w", err)
	}
	return string(state), nil
}

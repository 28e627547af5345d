package mcp

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"ratchet/storage"
)

// sealer encrypts and signs state that clients carry between two rounds of a
// call. Its key is of the store, so that the next owner of the data opens it too.
type sealer struct {
	aead cipher.AEAD
}

// openSealer takes the key from db; nil = one that lives as long as the process.
func openSealer(ctx context.Context, db *storage.DB) (*sealer, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails, by its documentation
	if db != nil {
		var err error
		if key, err = db.ServerSecret(ctx, "request_state", key); err != nil {
			return nil, err
		}
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("use the key of request states: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("use the key of request states: %w", err)
	}
	return &sealer{aead: aead}, nil
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

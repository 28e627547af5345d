package secrets

import (
	"context"

	"ratchet"
	"ratchet/storage"
)

// reading returns the key with this id. The caller holds mu.
func (v *Vault) reading(id string) (*key, error) {
	if v.key == nil || v.key.id != id {
		if err := v.load(id); err != nil {
			return nil, err
		}
	}
	if v.key == nil {
		return nil, ratchet.Errorf(ratchet.CodeConfig, "the key that the secrets are encrypted with is not here").
			WithHint("put back the file %s, or set RATCHET_MASTER_KEY to the key; without it, delete the secrets and store them again", v.file.path)
	}
	if v.key.id != id {
		return nil, otherKey()
	}
	return v.key, nil
}

func otherKey() *ratchet.Error {
	return ratchet.Errorf(ratchet.CodeConfig, "the secrets are encrypted with another master key than this server has").
		WithHint("start the server with the key that they were stored with; without it, delete them with `ratchet secrets delete` and store them again")
}

// load reads the key from its file. A key that was prepared by a rotation which
// did not end is adopted when the values are encrypted with it.
func (v *Vault) load(id string) error {
	if v.file == nil {
		return nil
	}
	next, err := readKey(v.file.next())
	if err != nil {
		v.log.Warn("the master key that was to follow cannot be read", "error", err) // it was never used, or reading fails below
	}
	if next != nil && next.id == id {
		if err := v.file.adopt(); err != nil {
			return ratchet.Errorf(ratchet.CodeConfig, "the rotation of the master key cannot be completed").Wrap(err).
				WithHint("make the data directory writable")
		}
	}
	v.key, err = readKey(v.file.path)
	return err
}

// writing returns the key for a new value of the secret name: values under two
// keys are never mixed. The caller holds mu.
func (v *Vault) writing(ctx context.Context, name string) (*key, error) {
	all, err := v.store.SealedSecrets(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if s.Name == name {
			continue
		}
		k, err := v.reading(s.KeyID)
		if err != nil {
			return nil, err
		}
		return k, nil // all have the same
	}
	if v.key == nil {
		if err := v.load(""); err != nil {
			return nil, err
		}
	}
	if v.key != nil {
		return v.key, nil
	}
	k, err := freshKey()
	if err == nil {
		err = v.file.prepare(k)
	}
	if err == nil {
		err = v.file.adopt()
	}
	if err != nil {
		return nil, ratchet.Errorf(ratchet.CodeConfig, "the master key cannot be written").Wrap(err).
			WithHint("make the data directory writable, or set RATCHET_MASTER_KEY")
	}
	v.log.Info("made the master key of the secrets; keep a copy of it apart from the database", "file", v.file.path)
	v.key = k
	return k, nil
}

// Rotate encrypts every value with another key, all or none, and returns how
// many there are. text is the new key; empty = a random one, which only a key
// in a file may become.
func (v *Vault) Rotate(ctx context.Context, text string) (count int, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	next, err := freshKey()
	switch {
	case text != "":
		if next, err = parseKey(text); err != nil {
			return 0, badKey(ratchet.CodeInvalid, "new_key", err).At("/new_key")
		}
	case v.file == nil && v.store.Path() != "":
		return 0, ratchet.Errorf(ratchet.CodeInvalid, "the master key is in the configuration (RATCHET_MASTER_KEY), and this server cannot change it there").
			At("/new_key").WithHint("make a key with `openssl rand -base64 32`, pass it as new_key, then start the server with it")
	}
	if err != nil {
		return 0, err
	}
	if v.file != nil {
		// A key that a former rotation left behind may be the one in use.
		if all, err := v.store.SealedSecrets(ctx); err != nil {
			return 0, err
		} else if len(all) > 0 {
			if _, err := v.reading(all[0].KeyID); err != nil {
				return 0, err
			}
		}
		if err := v.file.prepare(next); err != nil {
			return 0, ratchet.Errorf(ratchet.CodeConfig, "the new master key cannot be written").Wrap(err).WithHint("make the data directory writable")
		}
	}
	count, err = v.store.ResealSecrets(ctx, next.id, func(s *storage.SealedSecret) ([]byte, error) {
		value, err := v.value(s)
		if err != nil {
			return nil, err
		}
		return next.seal(s.Name, value), nil
	})
	if err != nil {
		return 0, err
	}
	v.key = next
	if v.file != nil {
		if err := v.file.adopt(); err != nil {
			return count, ratchet.Errorf(ratchet.CodeConfig, "every secret is encrypted with the new key, which is still in %s", v.file.next()).Wrap(err).
				WithHint("make the data directory writable; the key is put in its place at the next use")
		}
	}
	return count, nil
}

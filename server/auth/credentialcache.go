package auth

import (
	"crypto/sha256"
	"sync"
	"time"

	"ratchet/storage"
)

// credentialCache caches verified credentials until a user, an API key or a login
// changes. The zero value is ready.
type credentialCache struct {
	mu       sync.RWMutex
	revision int64
	held     map[[sha256.Size]byte]remembered
}

type remembered struct {
	id    identity
	until time.Time // zero = no end of its own
}

// maxKnown bounds the memory; beyond it everything is checked once more.
const maxKnown = 10_000

// get returns what check found for these credentials earlier, or asks it.
func (k *credentialCache) get(store *storage.DB, kind, secret string, now time.Time, check func() (identity, time.Time, error)) (identity, error) {
	return k.find(store.IdentityRevision(), digest(kind, secret), now, check)
}

func (k *credentialCache) find(revision int64, key [sha256.Size]byte, now time.Time, check func() (identity, time.Time, error)) (identity, error) {
	k.mu.RLock()
	found, ok := k.held[key]
	ok = ok && k.revision == revision
	k.mu.RUnlock()
	if ok && (found.until.IsZero() || now.Before(found.until)) {
		return found.id, nil
	}
	id, until, err := check() // reads what is there at revision or later
	if err != nil {
		return identity{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if revision < k.revision {
		return id, nil
	}
	if k.held == nil || revision > k.revision || len(k.held) >= maxKnown {
		k.held, k.revision = make(map[[sha256.Size]byte]remembered), revision
	}
	k.held[key] = remembered{id, until}
	return id, nil
}

// digest keeps secrets out of the memory's keys, and one kind of them apart
// from another.
func digest(kind, secret string) [sha256.Size]byte {
	var small [512]byte
	text := append(append(append(small[:0], kind...), 0), secret...)
	return sha256.Sum256(text)
}

package secrets

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"ratchet"
	"ratchet/storage"
)

// Config is what a Vault works with. Store is required.
type Config struct {
	Store     *storage.DB
	MasterKey string            // 32 bytes in base64 or hex; empty = the key is in a file beside the database
	Values    map[string]string // in the configuration, by name
	Log       *slog.Logger      // nil = discarded
}

// Vault keeps secrets. It is safe for concurrent use.
type Vault struct {
	store  *storage.DB
	values map[string]string
	file   *keyFile // nil = the key is given, or lives in memory like the store
	log    *slog.Logger

	mu  sync.Mutex // also held while the key changes
	key *key       // nil = not read yet, or there is none
}

// Open returns the vault of a store. It makes no key: that is left to the first
// value that is stored.
func Open(cfg Config) (*Vault, error) {
	v := &Vault{store: cfg.Store, values: cfg.Values, log: cfg.Log}
	if v.log == nil {
		v.log = slog.New(slog.DiscardHandler)
	}
	var err error
	switch {
	case cfg.MasterKey != "":
		if v.key, err = parseKey(cfg.MasterKey); err != nil {
			return nil, badKey(ratchet.CodeConfig, "security.master_key (RATCHET_MASTER_KEY)", err).At("security.master_key")
		}
	case cfg.Store.Path() == "":
		v.key, err = freshKey()
	default:
		v.file = &keyFile{cfg.Store.Path() + ".key"}
		storage.KeepPrivate(v.log, v.file.path, v.file.next())
	}
	return v, err
}

// KeyFile is where the master key is; empty = in no file.
func (v *Vault) KeyFile() string {
	if v.file == nil {
		return ""
	}
	return v.file.path
}

// Configured are the names of the values in the configuration, in order.
func (v *Vault) Configured() []string { return slices.Sorted(maps.Keys(v.values)) }

// Set stores what u changes of a secret, which is new when there is none of
// that name. A new one needs a value, here or in the configuration.
func (v *Vault) Set(ctx context.Context, u ratchet.SecretUpdate) (*ratchet.Secret, error) {
	if err := check(u); err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	var k *key
	if u.Value != nil {
		var err error
		if k, err = v.writing(ctx, u.Name); err != nil {
			return nil, err
		}
	}
	return v.store.ChangeSecret(ctx, u.Name, func(s *storage.SealedSecret) error {
		_, configured := v.values[u.Name]
		if s.CreatedAt.IsZero() {
			if u.Value == nil && !configured {
				return ratchet.Errorf(ratchet.CodeInvalid, "the secret %s is new and has no value", u.Name).At("/value").
					WithHint("give a value: `ratchet secrets set %s` asks for it, or reads it from stdin", u.Name)
			}
			s.CreatedBy = u.By
		}
		u.Apply(&s.Secret)
		if u.Value == nil {
			return nil
		}
		if old, err := v.value(s); err == nil && s.Stored && s.KeyID == k.id && old == *u.Value {
			return nil // the same value is the same version
		}
		s.Sealed, s.KeyID = k.seal(u.Name, *u.Value), k.id
		return nil
	})
}

// Delete removes a secret. What is in the configuration is bound to nothing then.
func (v *Vault) Delete(ctx context.Context, name string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.store.DeleteSecret(ctx, name)
}

// Grant returns what a run may do with a secret. It refuses a run to which the
// operator has not bound it, or does no longer.
func (v *Vault) Grant(ctx context.Context, use ratchet.SecretUse) (ratchet.SecretGrant, error) {
	g := ratchet.SecretGrant{Name: use.Secret}
	s, err := v.store.Secret(ctx, use.Secret)
	if err != nil {
		return g, err
	}
	if s == nil {
		return v.held(ctx, use)
	}
	switch {
	case !s.AllowsTask(use.TaskName):
		return g, ratchet.Errorf(ratchet.CodeDenied, "the secret %s is not bound to task %s", use.Secret, use.TaskName).
			WithHint("have an operator run `ratchet secrets set %s --task-patterns …` with the task among the patterns", use.Secret)
	case !s.AllowsRole(use.Role):
		return g, ratchet.Errorf(ratchet.CodeDenied, "the secret %s is not for runs of callers with the role %s", use.Secret, shown(use.Role)).
			With(ratchet.FieldAllowed, s.Roles).WithHint("have a caller with an allowed role run the task, or an operator change --roles of the secret")
	}
	g.Version, g.Hosts, g.Readable = s.Version, s.Hosts, s.Readable
	v.mu.Lock()
	g.Value, err = v.value(s)
	v.mu.Unlock()
	if err != nil {
		g.Fault = ratchet.AsError(err)
	}
	return g, nil
}

// held is the grant of a task that declared a secret before secrets were bound.
func (v *Vault) held(ctx context.Context, use ratchet.SecretUse) (ratchet.SecretGrant, error) {
	g := ratchet.SecretGrant{Name: use.Secret, Readable: true}
	held, err := v.store.HoldsSecret(ctx, use.Secret, use.TaskID)
	if err != nil {
		return g, err
	}
	if !held {
		return g, ratchet.Errorf(ratchet.CodeDenied, "the secret %s is not bound to any task", use.Secret).
			WithHint("have an operator run `ratchet secrets set %s --task-patterns %s`", use.Secret, use.TaskName)
	}
	ok := false
	if g.Value, ok = v.values[use.Secret]; !ok {
		g.Fault = noValue(use.Secret)
	}
	return g, nil
}

func shown(r ratchet.Role) string {
	if r == "" {
		return "none"
	}
	return string(r)
}

// value is that of s, stored or configured. The caller holds mu.
func (v *Vault) value(s *storage.SealedSecret) (string, error) {
	if s.Sealed == nil {
		value, ok := v.values[s.Name]
		if !ok {
			return "", noValue(s.Name)
		}
		return value, nil
	}
	k, err := v.reading(s.KeyID)
	if err != nil {
		return "", err
	}
	value, err := k.open(s.Name, s.Sealed)
	if err != nil {
		return "", ratchet.Errorf(ratchet.CodeConfig, "the secret %s cannot be decrypted: its row was changed", s.Name).Wrap(err).
			WithHint("store it again with `ratchet secrets set %s`", s.Name)
	}
	return value, nil
}

func noValue(name string) *ratchet.Error {
	return ratchet.Errorf(ratchet.CodeConfig, "the secret %s has no value on this server", name).
		WithHint("have an operator store it with `ratchet secrets set %s`", name)
}

// Status says whether a secret can be used: ok, locked (the key it is encrypted
// with is not here) or missing (the configuration lacks its value).
func (v *Vault) Status(s *ratchet.Secret) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !s.Stored {
		if _, ok := v.values[s.Name]; !ok {
			return "missing"
		}
		return "ok"
	}
	if _, err := v.reading(s.KeyID); err != nil {
		return "locked"
	}
	return "ok"
}

// Unbound lists the values that are bound to nothing: no new task may declare
// them, and those that did before secrets were bound may read them.
func (v *Vault) Unbound(ctx context.Context) ([]Unbound, error) {
	holders, err := v.store.SecretHolders(ctx)
	if err != nil {
		return nil, err
	}
	bound := map[string]bool{}
	for _, name := range v.Configured() {
		s, err := v.store.Secret(ctx, name)
		if err != nil {
			return nil, err
		}
		bound[name] = s != nil
	}
	return unboundOf(v.Configured(), bound, holders), nil
}

package registry

import (
	"context"
	"log/slog"
	"time"

	"ratchet"
	"ratchet/executor"
	"ratchet/secrets"
	"ratchet/storage"
)

// Deps is everything a handler may touch. It is built once, in cmd or server.
type Deps struct {
	Store    *storage.DB
	Exec     *executor.Executor
	Secrets  *secrets.Vault                // nil = tasks have none
	Tools    *Registry                     // what this server offers; for the guides
	Bus      *ratchet.Bus                  // live events
	Folder   TaskFolder                    // nil = tasks live in the database only
	Gates    []Gate                        // stand before every call, in order; nil = every call is admitted
	Posture  func(context.Context) Posture // how the server is protected; nil = not known here
	Pool     Pool                          // worker processes; nil = none in this process
	Health   func(context.Context) Health  // nil = this process is no server
	Version  string                        // of the product; empty = dev
	Config   Configuration                 // nil = this process has none of its own
	Settings Settings
	Now      func() time.Time
	Log      *slog.Logger
}

// TaskFolder keeps a task's files in step with its row.
type TaskFolder interface {
	// Path is where the folder of t is or will be.
	Path(t *ratchet.Task) string
	// Save writes the task's folder without the files that are gone, and returns its path.
	Save(ctx context.Context, t *ratchet.Task, gone ...string) (path string, err error)
	// InSync says whether the task's files say what its row does; true when it has none.
	InSync(t *ratchet.Task) bool
	// MarkRemoved keeps the task's files from being loaded until one of them changes.
	MarkRemoved(ctx context.Context, t *ratchet.Task) error
	// Remove deletes the task's folder and returns the files deleted.
	Remove(ctx context.Context, t *ratchet.Task) (files []string, err error)
}

package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"ratchet/registry"

	"golang.org/x/sys/unix"

	"ratchet"
	"ratchet/reply"
	"ratchet/server/auth"
	"ratchet/server/logging"
)

// checkTime bounds each check of the server's health.
const checkTime = 2 * time.Second

// check is one part of the server that can be well or not. ok returns an error
// when it is not; a *partly error when it is less than well.
type check struct {
	name     string
	critical bool // the server is not ready without it
	ok       func(context.Context) (message string, err error)
}

// partly is the error of a part that works, but not as it should.
type partly struct{ message string }

func (p *partly) Error() string { return p.message }

// look runs one check.
func (c check) look(ctx context.Context) registry.HealthCheck {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	begun := time.Now()
	message, err := c.ok(ctx)
	result := registry.HealthCheck{Status: registry.Healthy, Message: message, Critical: c.critical}
	if err != nil {
		result.Status, result.Message = registry.Unhealthy, message
		if less, ok := errors.AsType[*partly](err); ok {
			result.Status, result.Message = registry.Degraded, less.message
		}
	}
	result.Duration = float64(time.Since(begun).Microseconds()) / 1000
	return result
}

// Health checks every part now.
func (s *Server) Health(ctx context.Context) registry.Health {
	now := s.deps.Now()
	h := registry.Health{
		At: now.UTC().Format(ratchet.TimeFormat), Version: s.version,
		Uptime: now.Sub(s.started).Seconds(), Checks: make(map[string]registry.HealthCheck, len(s.checks)),
	}
	for _, c := range s.checks {
		h.Checks[c.name] = c.look(ctx)
	}
	if h.Status = registry.Worst(h.Checks); s.draining.Load() {
		h.Status = registry.Unhealthy
	}
	return h
}

func (s *Server) healthDetailed(w http.ResponseWriter, r *http.Request) {
	h := s.Health(ratchet.WithScope(r.Context(), auth.PrincipalOf(r.Context()).Scope))
	status := http.StatusOK
	if h.Status == registry.Unhealthy {
		status = http.StatusServiceUnavailable
	}
	reply.JSON(w, status, h)
}

// addChecks names the parts of this server.
func (s *Server) addChecks(workersReady func(context.Context) error) {
	if workersReady != nil {
		s.checks = append(s.checks, check{"workers", true, func(ctx context.Context) (string, error) {
			if err := workersReady(ctx); err != nil {
				logging.For(s.log, logging.Health).Warn("no worker starts", "error", err)
				return "no worker process can be started", err
			}
			level := s.Isolation()
			if level == "" {
				level = "not known yet"
			}
			return "isolation " + level, nil
		}})
	}
	store := s.deps.Store
	if store == nil {
		return
	}
	s.checks = append(s.checks, check{"database", true, func(ctx context.Context) (string, error) {
		if err := s.pinged.ask(func() error { return store.Ping(ctx) }); err != nil {
			logging.For(s.log, logging.Health).Warn("the database takes no writes", "error", err)
			return "the database takes no writes: " + ratchet.AsError(err).Message, err
		}
		return "reads and writes", nil
	}})
	s.checks = append(s.checks, check{"data", false, func(context.Context) (string, error) { return readable(store.Damaged()) }})
	if path := store.Path(); path != "" {
		s.checks = append(s.checks, check{"disk", false, func(context.Context) (string, error) { return freeSpace(filepath.Dir(path)) }})
	}
	s.checks = append(s.checks, check{"audit", false, func(context.Context) (string, error) {
		switch {
		case s.audit == nil:
			return "switched off", nil
		case s.audit.Problem() != "":
			return "", &partly{s.audit.Problem()}
		}
		return "written", nil
	}})
	if pool := s.deps.Pool; pool != nil {
		s.checks = append(s.checks, check{"queue", false, func(ctx context.Context) (string, error) {
			return queued(pool, s.deps.Exec.Waiting(), ratchet.ScopeFrom(ctx).LimitsTasks())
		}})
	}
}

// shownDamage is how many damaged rows health names.
const shownDamage = 10

// readable says which stored rows were left out because they cannot be read.
func readable(damaged []string) (string, error) {
	if len(damaged) == 0 {
		return "no row was left out since the start", nil
	}
	message := fmt.Sprintf("%d stored rows cannot be read and are left out: %s", len(damaged), strings.Join(damaged[:min(len(damaged), shownDamage)], ", "))
	if len(damaged) > shownDamage {
		message += " and others, which the log names"
	}
	return "", &partly{message}
}

// pingTime is how long the outcome of a write that was tried stands: anyone may
// ask whether the server is ready, and each try costs a sync of the disk.
const pingTime = time.Second

// pinged is the last outcome of a write that was tried.
type pinged struct {
	mu  sync.Mutex
	at  time.Time
	err error
}

func (p *pinged) ask(try func() error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at.IsZero() || time.Since(p.at) > pingTime {
		p.err = try()
		p.at = time.Now()
	}
	return p.err
}

// lowSpace is the free space below which the disk is not well.
const lowSpace = 256 << 20

func freeSpace(dir string) (string, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return "", &partly{"the free space of the data folder is not known"}
	}
	free := fs.Bavail * uint64(fs.Bsize) //nolint:gosec // a block size is positive
	message := fmt.Sprintf("%d MiB are free", free>>20)
	if free < lowSpace {
		return "", &partly{message}
	}
	return message, nil
}

// queued says how many runs wait, if the caller may know of all tasks.
func queued(pool registry.Pool, waiting int, limited bool) (string, error) {
	message := fmt.Sprintf("%d workers at most", pool.Size())
	if !limited {
		message = fmt.Sprintf("%d runs wait, %s", waiting, message)
	}
	if waiting > 10*pool.Size() {
		return "", &partly{message}
	}
	return message, nil
}

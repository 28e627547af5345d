package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"time"

	"ratchet/registry"

	"github.com/Masterminds/semver/v3"
	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/server"
	"ratchet/server/attach"
	"ratchet/server/config"
	"ratchet/storage"
)

// member is this process among those that work on one data directory.
type member struct {
	cfg         config.Config
	options     server.Options
	log         *slog.Logger
	database    string // located; empty = in memory, and no other process is there
	version     string
	schema      int
	serves      bool              // it has to be the owner: it listens for HTTP
	stays       bool              // it is there for a client's whole session
	forced      map[string]string // settings that the command itself has set
	within      *config.Bounds    // of the owner it was attached to; nil = none yet
	differences []string          // what was reported of it
}

// place is a member's place: the owner, or attached to it.
type place struct {
	srv   *server.Server // of the owner
	owner *attach.Owner  // nil = attached, or in memory
	conn  *net.UnixConn  // to the owner; nil = this process is it
	close func() error
}

// member loads what a command needs to join the others on the local data; what
// is forced wins over all that anybody set.
func (a *app) member(cmd *cobra.Command, forced map[string]string) (*member, error) {
	cfg, log, err := a.load(cmd.Flags(), forced)
	if err != nil {
		return nil, err
	}
	m := &member{cfg: cfg, log: log, version: version, forced: forced}
	if m.options, err = extend(server.Options{Version: version, Log: log, Levels: a.levels, Now: a.now}); err != nil {
		return nil, err
	}
	if m.database, err = server.Database(cfg); err != nil {
		return nil, err
	}
	m.schema, err = storage.Schema()
	return m, err
}

func (m *member) selection() attach.Selection {
	c := m.cfg.MCP
	s := attach.Selection{Toolsets: c.Toolsets, Tools: c.Tools, Only: c.OnlyTools, Exclude: c.ExcludeTools, ReadOnly: c.ReadOnly}
	if len(s.Only) > 0 {
		s.Toolsets = nil
	}
	return s
}

// join becomes the owner of the data directory, or attaches to the owner. It
// waits while one owner follows the other.
func (m *member) join(ctx context.Context) (*place, error) {
	if m.database == "" {
		srv, err := server.Open(ctx, m.cfg, m.options)
		return &place{srv: srv, close: func() error { return closeServer(ctx, srv, m.cfg) }}, err
	}
	waited := time.NewTimer(m.cfg.Server.ShutdownTimeout + closeTime)
	defer waited.Stop()
	for {
		_, socket := storage.LockHolder(m.database)
		s, err := m.attach(ctx, socket)
		if !errors.Is(err, attach.ErrNoOwner) {
			return s, err
		}
		lock, err := storage.TakeLock(m.database)
		if err == nil {
			return m.own(ctx, lock)
		}
		if !errors.Is(err, storage.ErrHeld) {
			return nil, err
		}
		select {
		case <-waited.C:
			return nil, err
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// attach connects to the owner. One that is older than this process, or has to
// make way for a server, passes its lock on.
func (m *member) attach(ctx context.Context, socket string) (*place, error) {
	hello := attach.Hello{Kind: attach.Session, Version: m.version, Schema: m.schema, Selection: m.selection()}
	var err error
	if hello.Bounds, err = json.Marshal(m.cfg.Bounds()); err != nil {
		return nil, err
	}
	if m.within != nil {
		if hello.Within, err = json.Marshal(m.within); err != nil {
			return nil, err
		}
	}
	if m.serves {
		hello.Kind, hello.Reason = attach.Yield, "serve"
	}
	conn, welcome, err := attach.Dial(ctx, socket, hello)
	if err == nil && hello.Kind == attach.Session && m.supersedes(welcome) {
		_ = conn.Close()
		hello.Kind, hello.Reason = attach.Yield, "upgrade"
		conn, welcome, err = attach.Dial(ctx, socket, hello)
	}
	if err != nil {
		return nil, err
	}
	m.learn(welcome)
	if hello.Kind == attach.Session {
		return &place{conn: conn, close: conn.Close}, nil
	}
	defer func() { _ = conn.Close() }() // the lock is passed on, or was not
	file, err := attach.Receive(ctx, conn)
	if err != nil {
		return nil, err
	}
	return m.own(ctx, storage.AdoptLock(file))
}

// supersedes says whether this process has to own the directory in place of the
// owner that sent w: it knows a later schema, or is a later version that stays.
// A server that listens for HTTP makes way for a later schema only.
func (m *member) supersedes(w attach.HelloReply) bool {
	return w.Schema < m.schema || m.stays && !w.Serves && newerVersion(m.version, w.Version)
}

// newerVersion says whether version a follows b; a version that cannot be read follows none.
func newerVersion(a, b string) bool {
	x, err := semver.NewVersion(a)
	if err != nil {
		return false
	}
	y, err := semver.NewVersion(b)
	return err == nil && x.GreaterThan(y)
}

// learn keeps the settings in force and reports where they are not this
// process's own.
func (m *member) learn(w attach.HelloReply) {
	var bounds config.Bounds
	if json.Unmarshal(w.Bounds, &bounds) == nil {
		m.within = &bounds
	}
	differ := slices.DeleteFunc(slices.Clone(w.Differ), func(key string) bool {
		_, ours := m.forced[key]
		return ours
	})
	if len(differ) > 0 && !slices.Equal(differ, m.differences) {
		m.log.Warn("another process owns the data directory, and its settings are in force", "pid", w.PID, "differ", differ)
	}
	m.differences = differ
	if newerVersion(w.Version, m.version) {
		m.log.Warn("a newer version of ratchet owns the data directory; restart this client to use it", "pid", w.PID, "version", w.Version)
	}
}

// own opens the database with its lock in hand and lets others attach. The
// settings are never wider than those of the owner before.
func (m *member) own(ctx context.Context, lock *storage.Lock) (*place, error) {
	cfg, options := m.cfg, m.options
	if m.within != nil {
		cfg = cfg.Within(*m.within)
	}
	options.Lock = lock
	srv, err := server.Open(ctx, cfg, options)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	bounds := cfg.Bounds()
	m.within = &bounds
	owner, err := attach.Listen(ctx, m.database, lock, attach.Host{
		Welcome: m.acceptSession(bounds), Log: m.log, Most: cfg.MCP.MaxConnections,
		Session: func(ctx context.Context, s attach.Selection, in io.Reader, out io.Writer) error {
			return srv.ServeSession(ctx, selectionOf(s), in, out)
		},
		Answer: func(ctx context.Context, question string) ([]byte, error) { return askServer(ctx, srv, cfg, question) },
		Close:  func(ctx context.Context) error { return closeServer(ctx, srv, cfg) },
	})
	if err != nil {
		return nil, errors.Join(err, closeServer(ctx, srv, cfg), lock.Close())
	}
	return &place{srv: srv, owner: owner, close: owner.Close}, nil
}

// noClose is a connection that its reader cannot close: answers are still to come.
type noClose struct{ net.Conn }

// Close leaves the connection open.
func (noClose) Close() error { return nil }

func selectionOf(s attach.Selection) registry.Selection {
	return registry.Selection{Toolsets: s.Toolsets, Tools: s.Tools, Only: s.Only, Exclude: s.Exclude, ReadOnly: s.ReadOnly}
}

// acceptSession checks who wants to attach to a server with these settings.
func (m *member) acceptSession(bounds config.Bounds) func(attach.Hello) (attach.HelloReply, error) {
	return func(hello attach.Hello) (attach.HelloReply, error) {
		w := attach.HelloReply{Version: m.version, Schema: m.schema, Serves: m.serves}
		var err error
		if w.Bounds, err = json.Marshal(bounds); err != nil || hello.Kind == attach.Ask {
			return w, err
		}
		if hello.Schema < m.schema {
			return w, ratchet.Errorf(ratchet.CodeConflict, "ratchet %s is older than the data directory, which ratchet %s has open", hello.Version, m.version).
				WithHint("restart this client")
		}
		if m.serves && hello.Reason == "serve" {
			return w, ratchet.Errorf(ratchet.CodeConfig, "another ratchet server is using the data directory").
				WithHint("connect to it, stop it, or choose another directory with --data-dir")
		}
		var before, theirs config.Bounds
		if hello.Within != nil && hello.Kind == attach.Session && json.Unmarshal(hello.Within, &before) == nil {
			if wider := bounds.Exceeds(before); len(wider) > 0 {
				return w, ratchet.Errorf(ratchet.CodeConflict, "the data directory has an owner with wider settings than this session began with: %v", wider).
					WithHint("restart this client")
			}
		}
		if json.Unmarshal(hello.Bounds, &theirs) == nil {
			w.Differ = bounds.Differ(theirs)
		}
		return w, nil
	}
}

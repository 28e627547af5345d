package attach

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"

	"ratchet"
)

// Host is what an owner does for those that attach.
type Host struct {
	// Welcome checks a hello; an error refuses it.
	Welcome func(Hello) (HelloReply, error)
	// Session speaks MCP on a connection until ctx ends or in does.
	Session func(ctx context.Context, s Selection, in io.Reader, out io.Writer) error
	// Answer answers an ask.
	Answer func(ctx context.Context, question string) ([]byte, error)
	// Close ends what has the database open.
	Close func(ctx context.Context) error
	Log   *slog.Logger
	Most  int // connections at once
}

// Owner serves the processes that attach, until it is closed.
type Owner struct {
	host     Host
	lock     Lock
	socket   string
	listener *net.UnixListener
	ctx      context.Context // of sessions
	end      context.CancelFunc
	slots    chan struct{}
	mu       sync.RWMutex // guards the beginning of sessions against the end
	sessions sync.WaitGroup
	retire   sync.Once
	retired  chan struct{}
	failed   error // of the end; read after retired
}

// Lock is the right to own the directory.
type Lock interface {
	Note(address string) error
	File() *os.File
	Close() error
}

// Listen makes the holder of a database's lock reachable. A socket that a dead
// process left is replaced. The caller must Close the Owner, which frees the lock.
func Listen(ctx context.Context, database string, lock Lock, host Host) (*Owner, error) {
	socket, err := address(database)
	if err != nil {
		return nil, err
	}
	_ = os.Remove(socket) // who has the lock is the only owner
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err == nil {
		err = errors.Join(os.Chmod(socket, 0o600), lock.Note(socket))
	}
	if err != nil {
		if listener != nil {
			_ = listener.Close()
		}
		return nil, ratchet.Errorf(ratchet.CodeConfig, "the socket %s cannot be made, by which other processes reach the data directory", socket).
			WithHint("make the folder writable, or choose another with --data-dir").Wrap(err)
	}
	o := &Owner{host: host, lock: lock, socket: socket, listener: listener, slots: make(chan struct{}, host.Most), retired: make(chan struct{})}
	o.ctx, o.end = context.WithCancel(context.WithoutCancel(ctx))
	go ratchet.Keep("accept processes that attach", ratchet.Logged(host.Log, "accept processes that attach"), o.accept)
	return o, nil
}

func (o *Owner) accept() {
	for {
		conn, err := o.listener.AcceptUnix()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // too many open files: it passes
			select {
			case <-o.ctx.Done():
				return
			case <-time.After(50 * time.Millisecond):
			}
			continue
		}
		go o.attend(conn)
	}
}

// attend serves one connection.
func (o *Owner) attend(conn *net.UnixConn) {
	defer ratchet.Recover("serve an attached process", func(err error) {
		ratchet.Logged(o.host.Log, "serve an attached process")(err)
		_ = conn.Close()
	})
	var hello Hello
	_ = conn.SetDeadline(time.Now().Add(helloTime))
	if sameUser(conn) != nil || readLine(conn, &hello) != nil {
		_ = conn.Close()
		return
	}
	free, err := o.slot(hello.Kind)
	if err == nil {
		defer free()
	}
	var welcome HelloReply
	if err == nil {
		welcome, err = o.host.Welcome(hello)
	}
	welcome.PID = os.Getpid()
	if err == nil && hello.Kind == Ask {
		welcome.Answer, err = o.host.Answer(o.ctx, hello.Question)
	}
	if err != nil {
		body := ratchet.Body(err, "")
		welcome.Refusal = &body
	}
	_ = conn.SetDeadline(time.Now().Add(helloTime))
	if writeLine(conn, welcome) != nil || err != nil || hello.Kind == Ask {
		_ = conn.Close()
		return
	}
	_ = conn.SetDeadline(time.Time{})
	if hello.Kind == Yield {
		o.host.Log.Info("another process takes over the data directory", "pid", hello.PID, "version", hello.Version, "reason", hello.Reason)
		_ = o.leave(conn)
		return
	}
	defer func() { _ = conn.Close() }() // the other end may have closed it
	o.host.Log.Info("a process attached", "pid", hello.PID, "version", hello.Version, "differ", welcome.Differ)
	err = o.Serve(func(ctx context.Context) error {
		lines := NewLines(conn)
		err := o.host.Session(ctx, hello.Selection, lines, conn)
		// Within Serve, so that this process does not end before it is said.
		_ = conn.SetWriteDeadline(time.Now().Add(helloTime))
		_, _ = conn.Write(farewell(lines.Finish())) // the other end may be gone
		return err
	})
	if err != nil {
		o.host.Log.Debug("an attached session ended", "pid", hello.PID, "error", err)
	}
}

// slot takes a place among the sessions; others need none.
func (o *Owner) slot(kind Kind) (free func(), err error) {
	if kind != Session {
		return func() {}, nil
	}
	select {
	case o.slots <- struct{}{}:
		return func() { <-o.slots }, nil
	default:
		return nil, ratchet.Errorf(ratchet.CodeUnavailable, "%d processes are attached to the data directory, and no more may", cap(o.slots)).
			WithHint("end a client, or raise mcp.max_connections")
	}
}

// Serve runs a session, which the owner's end drains.
func (o *Owner) Serve(session func(ctx context.Context) error) error {
	o.mu.RLock()
	if o.ctx.Err() != nil {
		o.mu.RUnlock()
		return o.ctx.Err()
	}
	o.sessions.Add(1)
	o.mu.RUnlock()
	defer o.sessions.Done()
	return session(o.ctx)
}

// Retired is closed when another process may be the owner.
func (o *Owner) Retired() <-chan struct{} { return o.retired }

// Close lets calls end, closes the database and frees the lock.
func (o *Owner) Close() error { return o.leave(nil) }

// leave ends the ownership, in favour of heir if there is one.
func (o *Owner) leave(heir *net.UnixConn) error {
	o.retire.Do(func() {
		defer close(o.retired)
		err := o.listener.Close() // it removes the socket
		o.mu.Lock()
		o.end()
		o.mu.Unlock()
		o.sessions.Wait() // each is bounded by the time to drain
		err = errors.Join(err, o.host.Close(context.Background()))
		if heir != nil {
			if passed := pass(heir, o.lock.File()); passed != nil {
				o.host.Log.Warn("the process that wanted the data directory is gone", "error", passed)
			}
		}
		o.failed = errors.Join(err, o.lock.Close())
	})
	<-o.retired
	if heir != nil {
		_ = heir.Close()
	}
	return o.failed
}

package attach

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"ratchet"
)

// closed waits until the other end has closed a connection without a word.
func closed(t *testing.T, conn net.Conn) {
	t.Helper()
	if said, err := io.ReadAll(conn); err == nil && len(said) > 0 {
		t.Errorf("it was answered %q", said)
	}
}

func TestOwner_malformedPeersAreClosedAndOthersServed(t *testing.T) {
	o := listen(t, Host{})
	for name, said := range map[string]string{
		"no JSON": "hello\n", "half a line": `{"kind":`, "another type": "[1]\n", "nothing": "",
		"a line without end": strings.Repeat("x", maxHello+1),
	} {
		conn, err := net.Dial("unix", o.socket)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, said) // the owner may close it before the end
		_ = conn.(*net.UnixConn).CloseWrite()
		t.Log(name)
		closed(t, conn)
		_ = conn.Close()
	}
	if _, w := dial(t, o, Hello{Kind: Ask}); w.PID != os.Getpid() {
		t.Errorf("a good peer behind them: %+v", w)
	}
}

func TestOwner_connectionsAreBounded(t *testing.T) {
	o := listen(t, Host{Most: 2, Session: func(ctx context.Context, _ Selection, in io.Reader, _ io.Writer) error {
		_, err := io.Copy(io.Discard, in)
		return err
	}})
	first, _ := dial(t, o, Hello{Kind: Session})
	dial(t, o, Hello{Kind: Session})
	if _, _, err := Dial(t.Context(), o.socket, Hello{Kind: Session}); ratchet.CodeOf(err) != ratchet.CodeUnavailable || !strings.Contains(ratchet.AsError(err).Hint, "mcp.max_connections") {
		t.Errorf("a third session: %v", err)
	}
	dial(t, o, Hello{Kind: Ask}) // a question needs no place
	_ = first.Close()
	for {
		conn, _, err := Dial(t.Context(), o.socket, Hello{Kind: Session})
		if err == nil {
			_ = conn.Close()
			return // the place became free
		}
		if ratchet.CodeOf(err) != ratchet.CodeUnavailable {
			t.Fatal(err)
		}
	}
}

func TestOwner_refusalsReachThePeer(t *testing.T) {
	o := listen(t, Host{Welcome: func(Hello) (HelloReply, error) {
		return HelloReply{}, ratchet.Errorf(ratchet.CodeConflict, "too old").WithHint("restart this client")
	}})
	_, _, err := Dial(t.Context(), o.socket, Hello{Kind: Session})
	if ratchet.CodeOf(err) != ratchet.CodeConflict || ratchet.AsError(err).Hint != "restart this client" {
		t.Errorf("refused with %v", err)
	}
}

func TestOwner_aPanicEndsOneSession(t *testing.T) {
	o := listen(t, Host{Session: func(context.Context, Selection, io.Reader, io.Writer) error { panic("planted") }})
	conn, _ := dial(t, o, Hello{Kind: Session})
	closed(t, conn)
	dial(t, o, Hello{Kind: Ask})
}

func TestOwner_passesTheLockOn(t *testing.T) {
	var closedFirst atomic.Bool
	o := listen(t, Host{Close: func(context.Context) error { closedFirst.Store(true); return nil }})
	conn, _ := dial(t, o, Hello{Kind: Yield})
	f, err := Receive(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	mine, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	lock, err := os.Stat(filepath.Join(filepath.Dir(o.socket), "lock"))
	if err != nil || !os.SameFile(mine, lock) || !closedFirst.Load() {
		t.Errorf("the file is not the lock, or the database was still open (%v)", err)
	}
	<-o.Retired()
	if _, _, err := Dial(t.Context(), o.socket, Hello{Kind: Session}); !errors.Is(err, ErrNoOwner) {
		t.Errorf("the former owner is reached: %v", err)
	}
}

func TestReceive_fromAnOwnerThatDies(t *testing.T) {
	ours, theirs, err := pair()
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	if _, err := theirs.Write([]byte("x")); err != nil { // a byte without a file
		t.Fatal(err)
	}
	_ = theirs.Close()
	if _, err := Receive(t.Context(), ours); !errors.Is(err, ErrNoOwner) {
		t.Errorf("no file: %v", err)
	}
}

// pair is a connection to oneself.
func pair() (a, b *net.UnixConn, err error) {
	dir, err := os.MkdirTemp("", "pair")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "s"), Net: "unix"})
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	if a, err = net.DialUnix("unix", nil, l.Addr().(*net.UnixAddr)); err != nil {
		return nil, nil, err
	}
	b, err = l.AcceptUnix()
	return a, b, err
}

func TestListen_replacesTheSocketOfADeadProcess(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "db.sock")
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	_ = left.Close()
	if _, _, err := Dial(t.Context(), path, Hello{Kind: Ask}); !errors.Is(err, ErrNoOwner) {
		t.Errorf("a dead socket: %v", err)
	}
	o := listenAt(t, dir, Host{})
	if about, err := os.Stat(path); err != nil || about.Mode().Perm() != 0o600 {
		t.Errorf("the socket: %v %v", about, err)
	}
	dial(t, o, Hello{Kind: Ask})
}

func TestAddress_ofALongPath(t *testing.T) {
	base := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", base)
	long := filepath.Join(t.TempDir(), strings.Repeat("d", 90))
	if err := os.MkdirAll(long, 0o700); err != nil {
		t.Fatal(err)
	}
	o := listenAt(t, long, Host{})
	folder := filepath.Dir(o.socket)
	about, err := os.Stat(folder)
	if err != nil || about.Mode().Perm() != 0o700 || filepath.Dir(folder) != base || len(o.socket) > maxAddress {
		t.Errorf("the socket is %s in a folder of mode %v (%v)", o.socket, about.Mode(), err)
	}
	dial(t, o, Hello{Kind: Ask})
	if again, err := address(filepath.Join(long, "db")); err != nil || again != o.socket {
		t.Errorf("the same database has another socket: %s, %v", again, err)
	}
	if err := os.Chmod(folder, 0o755); err != nil { //nolint:gosec // what is refused
		t.Fatal(err)
	}
	if _, err := address(filepath.Join(long, "db")); ratchet.CodeOf(err) != ratchet.CodeConfig {
		t.Errorf("a folder open to others is taken: %v", err)
	}
}

func TestLines_countsWholeLinesAndStops(t *testing.T) {
	l := NewLines(io.MultiReader(strings.NewReader("one\ntwo\n"+strings.Repeat("x", 70<<10)+"\n"), strings.NewReader("half")))
	var got bytes.Buffer
	if _, err := io.Copy(&got, struct{ io.Reader }{l}); err != nil || got.Len() != 8+(70<<10)+1 { // half a line is no message
		t.Errorf("%d bytes, %v", got.Len(), err)
	}
	if n := l.Finish(); n != 3 {
		t.Errorf("%d lines", n)
	}
	if n, err := l.Read(make([]byte, 8)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("a read behind the end: %d, %v", n, err)
	}
	if n, ok := farewellOf(farewell(12)); !ok || n != 12 {
		t.Errorf("the farewell: %d, %v", n, ok)
	}
	if _, ok := farewellOf([]byte(`{"jsonrpc":"2.0","method":"notifications/progress"}`)); ok {
		t.Error("another line is a farewell")
	}
}

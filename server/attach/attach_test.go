package attach

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fileLock is a lock file of a test.
type fileLock struct{ f *os.File }

func newLock(t *testing.T, dir string) fileLock {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	return fileLock{f}
}

func (l fileLock) Note(address string) error {
	_, err := l.f.WriteAt([]byte(address), 0)
	return err
}
func (l fileLock) File() *os.File { return l.f }
func (l fileLock) Close() error   { return l.f.Close() }

// listen makes an owner; what the host leaves out is filled in.
func listen(t *testing.T, host Host) *Owner {
	t.Helper()
	return listenAt(t, t.TempDir(), host)
}

func listenAt(t *testing.T, dir string, host Host) *Owner {
	t.Helper()
	if host.Welcome == nil {
		host.Welcome = func(Hello) (HelloReply, error) { return HelloReply{Version: "1.0.0"}, nil }
	}
	if host.Close == nil {
		host.Close = func(context.Context) error { return nil }
	}
	if host.Answer == nil {
		host.Answer = func(context.Context, string) ([]byte, error) { return []byte("{}"), nil }
	}
	if host.Most == 0 {
		host.Most = 4
	}
	if host.Log == nil {
		host.Log = slog.New(slog.DiscardHandler)
	}
	o, err := Listen(t.Context(), filepath.Join(dir, "db"), newLock(t, dir), host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Close() })
	return o
}

func dial(t *testing.T, o *Owner, hello Hello) (*net.UnixConn, HelloReply) {
	t.Helper()
	conn, welcome, err := Dial(t.Context(), o.socket, hello)
	if err != nil {
		t.Fatal(err)
	}
	if conn != nil {
		t.Cleanup(func() { _ = conn.Close() })
	}
	return conn, welcome
}

// answer is what an MCP server says to a request of n.
func answer(n any) string { return fmt.Sprintf(`{"jsonrpc":"2.0","id":%v,"result":{}}`+"\n", n) }

// talk is a client with a conversation, on pipes.
type talk struct {
	*Conversation
	in    *io.PipeWriter
	heard *bufio.Reader
}

func newTalk(t *testing.T, repeats func(string) bool) *talk {
	t.Helper()
	in, say := io.Pipe()
	hear, out := io.Pipe()
	t.Cleanup(func() { _ = say.Close(); _ = hear.Close() })
	if repeats == nil {
		repeats = func(string) bool { return false }
	}
	return &talk{NewConversation(in, out, 1<<20, func([]byte) ([]byte, bool) { return nil, false }, repeats), say, bufio.NewReader(hear)}
}

func (c *talk) say(t *testing.T, line string) {
	t.Helper()
	if _, err := io.WriteString(c.in, line+"\n"); err != nil {
		t.Fatal(err)
	}
}

func (c *talk) hear(t *testing.T) string {
	t.Helper()
	line, err := c.heard.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return line
}

// calling is a call of a tool that changes something.
func calling(id int) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"write"}}`, id)
}

func TestCarry_whatAnEndingOwnerDidNotReadGoesToTheNext(t *testing.T) {
	read := make(chan string, 2)
	first := listen(t, Host{Session: func(ctx context.Context, _ Selection, in io.Reader, _ io.Writer) error {
		line, err := bufio.NewReader(in).ReadString('\n') // it reads one request, and answers none
		read <- line
		<-ctx.Done()
		return err
	}})
	second := listen(t, Host{Session: func(_ context.Context, _ Selection, in io.Reader, out io.Writer) error {
		for lines := bufio.NewScanner(in); lines.Scan(); {
			var h Head
			if err := json.Unmarshal(lines.Bytes(), &h); err != nil {
				return err
			}
			if _, err := io.WriteString(out, answer(string(h.ID))); err != nil {
				return err
			}
		}
		return nil
	}})
	client := newTalk(t, nil)
	conn, _ := dial(t, first, Hello{Kind: Session})
	link := client.Link()
	carried := make(chan struct{})
	go func() { defer close(carried); link.Carry(t.Context(), conn, 0); link.End() }()
	client.say(t, calling(1))
	<-read
	client.say(t, calling(2))
	for client.Open() < 2 {
		continue // until it is on its way
	}
	go func() { _ = first.Close() }()
	if text := client.hear(t); !strings.Contains(text, `"id":1`) || !strings.Contains(text, "worker_lost") {
		t.Errorf("the call that was read: %s", text)
	}
	<-carried
	conn, _ = dial(t, second, Hello{Kind: Session})
	link = client.Link()
	carried = make(chan struct{})
	go func() { defer close(carried); link.Carry(t.Context(), conn, 0); link.End() }()
	if text := client.hear(t); text != answer(2) {
		t.Errorf("the call that was not read: %s", text)
	}
	_ = client.in.Close()
	<-carried
}

// TestDismiss_whatComesWhileItsProcessEnds: a call that the client makes once
// its own process stopped passing requests on was not made, and the answer says so.
func TestDismiss_whatComesWhileItsProcessEnds(t *testing.T) {
	passed, said := make(chan struct{}), make(chan struct{})
	owner := listen(t, Host{Session: func(_ context.Context, _ Selection, in io.Reader, _ io.Writer) error {
		_, err := io.ReadAll(in) // until the other end passes no more
		close(passed)
		<-said
		return err
	}})
	client := newTalk(t, nil)
	conn, _ := dial(t, owner, Hello{Kind: Session})
	link := client.Link()
	ctx, end := context.WithCancel(t.Context())
	carried := make(chan struct{})
	go func() { defer close(carried); link.Carry(ctx, conn, time.Minute); link.End(); client.Dismiss() }()
	end()
	<-passed
	client.say(t, calling(1))
	for client.Open() < 1 {
		continue // until it is on its way
	}
	close(said)
	if text := client.hear(t); !strings.Contains(text, "-32001") || !strings.Contains(text, "the server is shutting down") {
		t.Errorf("the call that was not passed on: %s", text)
	}
	<-carried
	_ = client.in.Close()
}

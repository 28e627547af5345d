package attach

import (
	"context"
	"errors"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"ratchet"
)

// ErrNoOwner is what Dial returns when nothing answers at the socket.
var ErrNoOwner = errors.New("no owner answers")

// Dial connects to the owner at a socket and says hello. A refusal of the owner
// is its error. An ask is over with the welcome: it has no connection.
func Dial(ctx context.Context, socket string, hello Hello) (*net.UnixConn, HelloReply, error) {
	var welcome HelloReply
	if socket == "" {
		return nil, welcome, ErrNoOwner
	}
	var dialer net.Dialer
	dialed, err := dialer.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, welcome, ErrNoOwner // not there, or left by a process that is dead
	}
	conn := dialed.(*net.UnixConn)
	if err := sameUser(conn); err != nil {
		return nil, welcome, errors.Join(ratchet.Errorf(ratchet.CodeDenied, "the socket %s belongs to another user", socket).Wrap(err), conn.Close())
	}
	hello.PID = os.Getpid()
	_ = conn.SetDeadline(time.Now().Add(helloTime)) // a socket takes deadlines
	err = writeLine(conn, hello)
	if err == nil {
		err = readLine(conn, &welcome)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		_ = conn.Close()
		return nil, welcome, ratchet.Errorf(ratchet.CodeUnavailable, "the process that owns the data directory does not answer").
			WithHint("end that process: its id is in the file that ends in .lock next to the database").Wrap(err)
	}
	if err != nil {
		_ = conn.Close()
		return nil, welcome, ErrNoOwner // it ended while we spoke
	}
	if refusal := welcome.Refusal; refusal != nil {
		_ = conn.Close()
		return nil, welcome, refused(refusal)
	}
	if hello.Kind == Ask {
		return nil, welcome, conn.Close()
	}
	_ = conn.SetDeadline(time.Time{})
	return conn, welcome, nil
}

func refused(body *ratchet.ErrorBody) error {
	e := &ratchet.Error{Code: ratchet.CodeConflict, Message: body.Message, Hint: body.Hint}
	for _, code := range ratchet.Codes() {
		if code.Wire() == body.Code {
			e.Code = code
		}
	}
	return e
}

// Receive waits on the connection of a yield until the owner passes its lock
// on. ErrNoOwner = it ended without.
func Receive(ctx context.Context, conn *net.UnixConn) (*os.File, error) {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	one, control := make([]byte, 1), make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := conn.ReadMsgUnix(one, control)
	if err != nil || n == 0 {
		return nil, errors.Join(ErrNoOwner, ctx.Err())
	}
	messages, err := unix.ParseSocketControlMessage(control[:n])
	if err != nil || len(messages) != 1 {
		return nil, ErrNoOwner
	}
	files, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(files) != 1 {
		return nil, ErrNoOwner
	}
	unix.CloseOnExec(files[0])
	return os.NewFile(uintptr(files[0]), "lock"), nil
}

// pass sends an open file, and with it the lock on it.
func pass(conn *net.UnixConn, f *os.File) error {
	_, _, err := conn.WriteMsgUnix([]byte{'\n'}, unix.UnixRights(int(f.Fd())), nil)
	return err
}

package attach

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"ratchet"
)

// Kind is what a process wants of the owner.
type Kind string

// The kinds.
const (
	Session Kind = "session" // to speak MCP on this connection
	Yield   Kind = "yield"   // to become the owner: the lock comes on this connection
	Ask     Kind = "ask"     // one question, answered in the welcome
)

const (
	maxHello  = 1 << 20 // bytes of a hello or welcome
	helloTime = 10 * time.Second
)

// Selection is what a session is offered, chosen by its process and enforced by
// the owner.
type Selection struct {
	Toolsets []string `json:"toolsets,omitempty"`
	Tools    []string `json:"tools,omitempty"`
	Only     []string `json:"only_tools,omitempty"`
	Exclude  []string `json:"exclude_tools,omitempty"`
	ReadOnly bool     `json:"read_only,omitempty"`
}

// Hello is the first line of a process that attaches.
type Hello struct {
	Kind      Kind            `json:"kind"`
	Version   string          `json:"version"`
	Schema    int             `json:"schema"` // the last migration it knows
	PID       int             `json:"pid"`
	Reason    string          `json:"reason,omitempty"`   // of a yield: serve or upgrade
	Question  string          `json:"question,omitempty"` // of an ask
	Selection Selection       `json:"selection"`
	Bounds    json.RawMessage `json:"bounds,omitempty"` // its process-wide settings
	Within    json.RawMessage `json:"within,omitempty"` // those of the owner it was attached to before
}

// HelloReply is the owner's answer, one line.
type HelloReply struct {
	Version string             `json:"version"`
	Schema  int                `json:"schema"`
	PID     int                `json:"pid"`
	Serves  bool               `json:"serves,omitempty"`  // others reach it over HTTP
	Bounds  json.RawMessage    `json:"bounds,omitempty"`  // process-wide settings in force
	Differ  []string           `json:"differ,omitempty"`  // what the process that attaches has set otherwise
	Answer  json.RawMessage    `json:"answer,omitempty"`  // of an ask
	Refusal *ratchet.ErrorBody `json:"refusal,omitempty"` // the connection ends
}

// writeLine writes v as one line.
func writeLine(w io.Writer, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

// readLine reads one line and not a byte more: what follows it belongs to the
// session, or carries a file.
func readLine(r io.Reader, v any) error {
	var line bytes.Buffer
	one := make([]byte, 1)
	for line.Len() < maxHello {
		if _, err := io.ReadFull(r, one); err != nil {
			return err
		}
		if one[0] == '\n' {
			return json.Unmarshal(line.Bytes(), v)
		}
		line.WriteByte(one[0])
	}
	return fmt.Errorf("a line longer than %d bytes", maxHello)
}

// sameUser refuses a connection with another user's process.
func sameUser(conn *net.UnixConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var uid uint32
	var failed error
	if err := raw.Control(func(fd uintptr) { uid, failed = peerUID(int(fd)) }); err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	if int(uid) != os.Getuid() {
		return fmt.Errorf("the process at the other end belongs to user %d", uid)
	}
	return nil
}

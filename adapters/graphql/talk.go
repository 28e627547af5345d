package graphql

import (
	"encoding/json"
	"fmt"
	"sync"

	syntax "ratchet/schema"
)

// The codes with which graphql-transport-ws ends connections.
const (
	closeInvalid      = 4400 // a message that the protocol does not have
	closeUnauthorized = 4401 // an operation before connection_ack
	closeLate         = 4408 // no connection_init in time
	closeTaken        = 4409 // the id of an operation that is open
	closeAgain        = 4429 // a second connection_init
)

// talk is how far a client and we are in graphql-transport-ws. It is safe for
// concurrent use.
type talk struct {
	mu    sync.Mutex
	init  bool            // connection_init came
	acked bool            // connection_ack was sent
	open  map[string]bool // operations by id
}

// breach ends a connection.
type breach struct {
	code   int
	reason string
}

// message is what talk looks at.
type message struct {
	ID      string          `json:"id"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
}

// hear takes a message of the client. pass says that it is for the transport.
func (t *talk) hear(text bool, data []byte) (pass bool, fault *breach) {
	var m message
	if err := syntax.CheckSyntax(data); err != nil {
		return false, &breach{closeInvalid, "Invalid message: it is not JSON: " + err.Error()}
	}
	if !text || json.Unmarshal(data, &m) != nil {
		return false, &breach{closeInvalid, "Invalid message: want a JSON object with type"}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch m.Type {
	case "connection_init":
		if t.init {
			return false, &breach{closeAgain, "Too many initialisation requests"}
		}
		if !isObject(m.Payload, true) {
			return false, &breach{closeInvalid, "Invalid message: the payload of connection_init is an object"}
		}
		t.init = true
		return true, nil
	case "ping", "pong":
		return t.acked, nil // before that there is nothing to keep alive
	case "complete":
		if m.ID == "" {
			return false, &breach{closeInvalid, "Invalid message: complete wants the id of an operation"}
		}
		delete(t.open, m.ID)
		return t.acked, nil
	case "subscribe":
		return t.subscribe(m)
	}
	return false, &breach{closeInvalid, "Invalid message: there is no such type"}
}

// subscribe opens an operation.
func (t *talk) subscribe(m message) (bool, *breach) {
	if !t.acked {
		return false, &breach{closeUnauthorized, "Unauthorized"}
	}
	var operation struct {
		Query *string `json:"query"`
	}
	if m.ID == "" || !isObject(m.Payload, false) || json.Unmarshal(m.Payload, &operation) != nil {
		return false, &breach{closeInvalid, "Invalid message: subscribe wants an id and a payload with query"}
	}
	if t.open[m.ID] {
		return false, &breach{closeTaken, fmt.Sprintf("Subscriber for %s already exists", clip(m.ID))}
	}
	t.open[m.ID] = true
	return true, nil
}

// say notes a message to the client. It is false for one that must not be
// sent: what belongs to an operation that has ended.
func (t *talk) say(data []byte) bool {
	var m message
	if json.Unmarshal(data, &m) != nil {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch m.Type {
	case "connection_ack":
		t.acked = true
	case "next":
		return t.open[m.ID]
	case "error", "complete":
		if m.ID == "" {
			return true
		}
		known := t.open[m.ID]
		delete(t.open, m.ID)
		return known
	}
	return true
}

func (t *talk) begun() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.init
}

// isObject says whether a payload is a JSON object; none is one where it may be left out.
func isObject(raw json.RawMessage, optional bool) bool {
	if len(raw) == 0 || string(raw) == "null" {
		return optional
	}
	return raw[0] == '{'
}

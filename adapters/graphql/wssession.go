package graphql

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
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

// wsSession is how far a client and we are in graphql-transport-ws. It is safe for
// concurrent use.
type wsSession struct {
	mu    sync.Mutex
	init  bool              // connection_init came
	acked bool              // connection_ack was sent
	open  map[string]string // operations by the client's id: what the transport knows each as
	count int               // operations so far
}

// breach ends a connection.
type breach struct {
	code   int
	reason string
}

// message is what wsSession reads of a frame.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// receive takes a message of the client and returns what the transport is to have
// of it; nil = nothing. To the transport each operation has an id that no other
// had: clients use theirs again, while an operation that has ended may still
// have something to say.
func (t *wsSession) receive(text bool, data []byte) (pass []byte, fault *breach) {
	var m message
	if err := syntax.CheckSyntax(data); err != nil {
		return nil, &breach{closeInvalid, "Invalid message: it is not JSON: " + err.Error()}
	}
	if syntax.Weight(data) > mostDecoded {
		return nil, &breach{closeInvalid, "Invalid message: it has too many parts; send such values over REST"}
	}
	if !text || json.Unmarshal(data, &m) != nil {
		return nil, &breach{closeInvalid, "Invalid message: want a JSON object with type"}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch m.Type {
	case "connection_init":
		if t.init {
			return nil, &breach{closeAgain, "Too many initialisation requests"}
		}
		if !isObject(m.Payload, true) {
			return nil, &breach{closeInvalid, "Invalid message: the payload of connection_init is an object"}
		}
		t.init = true
		return data, nil
	case "ping", "pong":
		if !t.acked { // there is nothing to keep alive yet
			return nil, nil
		}
		return data, nil
	case "complete":
		if m.ID == "" {
			return nil, &breach{closeInvalid, "Invalid message: complete wants the id of an operation"}
		}
		known := t.open[m.ID]
		delete(t.open, m.ID)
		return renamed(m, known), nil
	case "subscribe":
		return t.subscribe(m)
	}
	return nil, &breach{closeInvalid, "Invalid message: there is no such type"}
}

// subscribe opens an operation.
func (t *wsSession) subscribe(m message) ([]byte, *breach) {
	if !t.acked {
		return nil, &breach{closeUnauthorized, "Unauthorized"}
	}
	var operation struct {
		Query *string `json:"query"`
	}
	if m.ID == "" || !isObject(m.Payload, false) || json.Unmarshal(m.Payload, &operation) != nil {
		return nil, &breach{closeInvalid, "Invalid message: subscribe wants an id and a payload with query"}
	}
	if t.open[m.ID] != "" {
		return nil, &breach{closeTaken, fmt.Sprintf("Subscriber for %s already exists", clip(m.ID))}
	}
	t.count++
	t.open[m.ID] = strconv.Itoa(t.count) + ":" + m.ID
	return renamed(m, t.open[m.ID]), nil
}

// renamed is a message with another id; nil for none.
func renamed(m message, id string) []byte {
	if id == "" {
		return nil
	}
	m.ID = id
	data, _ := json.Marshal(m) // it was read a moment ago
	return data
}

// say notes a message of the transport and returns what the client gets of it;
// nil = nothing, as of an operation that has ended.
func (t *wsSession) say(data []byte) []byte {
	var m message
	if json.Unmarshal(data, &m) != nil {
		return data
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch m.Type {
	case "connection_ack":
		t.acked = true
	case "next", "error", "complete":
		if m.ID == "" {
			return data
		}
		_, id, _ := strings.Cut(m.ID, ":")
		if t.open[id] != m.ID {
			return nil
		}
		if m.Type != "next" {
			delete(t.open, id)
		}
		return renamed(m, id)
	}
	return data
}

func (t *wsSession) begun() bool {
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

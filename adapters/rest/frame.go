package rest

import (
	"encoding/json"
	"strconv"

	"ratchet"
	"ratchet/events"
	"ratchet/schema"
)

// frame is one server-sent event.
type frame struct {
	id   string // empty = none
	kind string
	data []byte // JSON
}

// text appends the frame as it is sent.
func (f frame) text(b []byte) []byte {
	if f.id != "" {
		b = append(append(append(b, "id: "...), f.id...), '\n')
	}
	b = append(append(append(b, "event: "...), f.kind...), '\n')
	return append(append(append(b, "data: "...), f.data...), "\n\n"...)
}

// shownEvent is an event of the bus.
type shownEvent struct {
	Sequence int64           `json:"sequence"`
	Kind     string          `json:"kind"`
	ID       string          `json:"id,omitempty"`
	At       string          `json:"at"`
	Data     json.RawMessage `json:"data,omitempty"`
}

// frameOf shows an event of the bus.
func (h *Handler) frameOf(e ratchet.Event) frame {
	shown := shownEvent{Sequence: e.Seq, Kind: e.Kind, ID: e.ID, At: ratchet.Stamp(e.At), Data: h.dataOf(e)}
	raw, err := json.Marshal(shown)
	if err != nil {
		shown.Data = nil
		raw, _ = json.Marshal(shown) // texts and numbers can be written
	}
	return frame{id: strconv.FormatInt(e.Seq, 10), kind: e.Kind, data: raw}
}

// dataOf is the data of an event with names in camelCase; nil = it has none.
func (h *Handler) dataOf(e ratchet.Event) json.RawMessage {
	k, _ := h.cfg.Registry.Events().Find(e.Kind)
	shown := k.View(e)
	if shown == nil {
		return nil
	}
	raw, err := json.Marshal(shown)
	if err != nil {
		h.log.Error("an event cannot be shown", "kind", e.Kind, "error", err)
		return nil
	}
	return camelJSON(h.payloads[e.Kind], raw, nil)
}

// payloadsOf describes the data of events, by kind.
func payloadsOf(kinds events.Set) map[string]*schema.Type {
	described := map[string]*schema.Type{}
	for _, name := range kinds.Names() {
		if k, _ := kinds.Find(name); k.Payload() != nil {
			described[name] = schema.TypeOf(k.Payload())
		}
	}
	return described
}

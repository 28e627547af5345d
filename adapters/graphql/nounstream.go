package graphql

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"ratchet/registry"

	"ratchet"
	"ratchet/casing"
	"ratchet/events"
	"ratchet/schema"
)

// nounStream follows the events of a noun that has no stream of its own.
func nounStream(n events.Noun) declared {
	return declared{
		name: casing.Camel(n.Name) + "Events", doc: n.Doc, of: n.Name,
		args: []streamArg{{"id", "id", "ID", false, "Follow one alone: the id that its events have."}, after()},
		open: func(ctx context.Context, h *Handler, args streamArgs) (*feed, error) {
			if err := mayFollow(callFrom(ctx).principal, h.cfg.Registry, n); err != nil {
				return nil, err
			}
			return &feed{kinds: []string{n.Name + "."}, id: args.ID, view: h.viewNoun}, nil
		},
	}
}

// mayFollow refuses callers who may receive no kind of a noun's events.
func mayFollow(p ratchet.Principal, r *registry.Registry, n events.Noun) error {
	var names []string
	for _, k := range n.Kinds {
		if r.Belongs(p, k.Audience) {
			return nil
		}
		names = append(names, k.Audience.Tools...)
	}
	if err := registry.PermitAny(p, r, names...); err != nil {
		return err
	}
	return ratchet.Errorf(ratchet.CodeDenied, "this caller may not receive %s events", n.Name).
		WithHint("they are for callers of certain roles, or whose scope names no tasks: see docs/events.md")
}

// viewNoun shows an event as its head and its data together.
func (h *Handler) viewNoun(_ context.Context, e ratchet.Event, missed int64) ([]any, bool, error) {
	about := head(e)
	about.Missed = missed
	k, _ := h.cfg.Registry.Events().Find(e.Kind)
	shown, err := json.Marshal(struct {
		EventHead
		ID string `json:"id"`
	}{about, e.ID})
	if data := k.View(e); data != nil && err == nil {
		var more []byte
		if more, err = json.Marshal(data); len(more) > 2 { // of a name that both have, the head's comes last and counts
			shown = slices.Concat(more[:len(more)-1], []byte{','}, shown[1:])
		}
	}
	if err != nil {
		return nil, true, fmt.Errorf("show an event %s: %w", e.Kind, err)
	}
	return []any{json.RawMessage(shown)}, false, nil
}

// nounEvent is the type of what viewNoun shows.
func nounEvent(n events.Noun) *schema.Type {
	forms := make([]*schema.Type, 0, len(n.Kinds))
	for _, k := range n.Kinds {
		t := &schema.Type{Kind: "object"}
		if k.Payload() != nil {
			t = schema.TypeOf(k.Payload())
		}
		forms = append(forms, t)
	}
	about := schema.TypeOf(reflect.TypeFor[struct {
		EventHead
		ID string `json:"id" jsonschema_description:"of what it is about"`
	}]())
	return schema.Join(casing.Pascal(n.Name)+"Event", n.Doc, about, forms...)
}

// offered says whether the registry has a tool that a noun's events are for.
func offered(r *registry.Registry, n events.Noun) bool {
	return slices.ContainsFunc(n.Kinds, func(k events.Kind) bool {
		return len(k.Audience.Tools) == 0 || slices.ContainsFunc(k.Audience.Tools, func(name string) bool {
			_, ok := r.Lookup(name)
			return ok
		})
	})
}

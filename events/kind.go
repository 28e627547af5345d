package events

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"ratchet"
)

// Noun declares the events of one thing.
type Noun struct {
	Name  string // first part of the names of its kinds
	Doc   string // what a reader of them follows, a sentence
	Kinds []Kind
}

// Kind declares one kind of event.
type Kind struct {
	Name     string // noun.verb, as in ratchet.Event.Kind
	Doc      string // what happened, without a full stop
	Audience Audience
	Changes  List
	// Touches returns the addresses of MCP resources that are different now; nil = none.
	Touches func(ratchet.Event) []string

	index   int // among the kinds of its Set
	payload reflect.Type
	view    func(ratchet.Event) (any, bool)
}

// Audience says who receives an event.
type Audience struct {
	Tools  []string       // callers who may call one of these; empty = all callers
	Roles  []ratchet.Role // nil = every role
	OfTask bool           // a caller whose scope names tasks receives events of these tasks only
	Whole  bool           // a caller whose scope names tasks hears nothing
}

// List is what an MCP client can list.
type List string

// The lists that events change.
const (
	Resources List = "resources"
	Tools     List = "tools"
	Prompts   List = "prompts"
)

// Show says how the data of an event is shown: view makes a P of it, with
// names in snake_case; false = this event carries none.
func Show[P any](k Kind, view func(ratchet.Event) (P, bool)) Kind {
	k.payload = reflect.TypeFor[P]()
	k.view = func(e ratchet.Event) (any, bool) {
		shown, ok := view(e)
		return shown, ok
	}
	return k
}

// Index is the place of a kind that Find returned among those of its Set, from 0
// to below Len.
func (k Kind) Index() int { return k.index }

// Payload is the type of what View returns; nil = events of this kind carry no data.
func (k Kind) Payload() reflect.Type { return k.payload }

// View is the data of an event as callers are shown it; nil = it carries none.
func (k Kind) View(e ratchet.Event) any {
	if k.view == nil {
		return nil
	}
	if shown, ok := k.view(e); ok {
		return shown
	}
	return nil
}

// Set are the kinds that a server knows. It never changes; the zero value knows none.
type Set struct {
	nouns []Noun
	kinds map[string]Kind
}

// NewSet makes a set. It refuses kinds whose name does not begin with their
// noun's, or that are there twice.
func NewSet(nouns ...Noun) (Set, error) {
	s := Set{nouns: nouns, kinds: map[string]Kind{}}
	for _, n := range nouns {
		for _, k := range n.Kinds {
			if !strings.HasPrefix(k.Name, n.Name+".") {
				return Set{}, fmt.Errorf("event %s is not one of the noun %s", k.Name, n.Name)
			}
			if _, twice := s.kinds[k.Name]; twice {
				return Set{}, fmt.Errorf("event %s is declared twice", k.Name)
			}
			k.index = len(s.kinds)
			s.kinds[k.Name] = k
		}
	}
	return s, nil
}

// Nouns are the declared nouns, in their order. The slice must not be changed.
func (s Set) Nouns() []Noun { return s.nouns }

// Len is the number of kinds.
func (s Set) Len() int { return len(s.kinds) }

// Find returns a kind by its name.
func (s Set) Find(name string) (Kind, bool) {
	k, ok := s.kinds[name]
	return k, ok
}

// Names are the names of all kinds, in the order of their declaration.
func (s Set) Names() []string {
	var names []string
	for _, n := range s.nouns {
		for _, k := range n.Kinds {
			names = append(names, k.Name)
		}
	}
	return names
}

// With is the set with more nouns.
func (s Set) With(nouns ...Noun) (Set, error) {
	return NewSet(append(slices.Clone(s.nouns), nouns...)...)
}

// All are the nouns of a server.
func All() []Noun {
	return []Noun{tasks(), executions(), workers(), tools(), prompts(), resources(), security()}
}

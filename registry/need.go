package registry

import (
	"context"
	"strings"

	"ratchet"
)

// Need is what a call takes of the client behind it. The zero value is nothing.
type Need struct {
	Form    bool // a form for the person
	Model   bool // the client's model
	Folders bool // the client's root folders
	Tasks   bool // following a run that goes on after the answer
}

// Lacking is the cause of an error of Require: surfaces that have a protocol
// error for it find it with errors.As.
type Lacking struct{ Need }

// Error names what the client lacks.
func (l *Lacking) Error() string { return "the client lacks " + l.names() }

func (l *Lacking) names() string {
	var names []string
	for _, one := range []struct {
		lacking bool
		name    string
	}{{l.Form, "elicitation"}, {l.Model, "sampling"}, {l.Folders, "roots"}, {l.Tasks, "the extension for tasks"}} {
		if one.lacking {
			names = append(names, one.name)
		}
	}
	return strings.Join(names, ", ")
}

// Require returns nil when the client behind ctx can do all of need, and
// CodeInvalid otherwise.
func Require(ctx context.Context, need Need) error {
	can := ClientInputFrom(ctx)
	lacking := &Lacking{Need{
		Form: need.Form && !can.Form, Model: need.Model && !can.Model, Folders: need.Folders && !can.Folders, Tasks: need.Tasks && !can.Tasks,
	}}
	if lacking.Need == (Need{}) {
		return nil
	}
	return ratchet.Errorf(ratchet.CodeInvalid, "this needs a client that declares %s", lacking.names()).
		WithHint("use a client that supports it").Wrap(lacking)
}

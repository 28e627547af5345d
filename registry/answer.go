package registry

import (
	"net/http"

	"ratchet/schema"
)

// Answer is what a route of a tool answers when all is well: what surfaces
// promise and what they send come from it.
type Answer struct {
	Status    int          // of HTTP; a run that goes on is answered with 202 where Runs
	Runs      bool         // task code runs, and may go on after the answer
	List      bool         // pages of a list, with filters
	Rows      string       // key of the list in the result; empty where the whole result is answered
	Shows     *schema.Type // of the answer, or of each item of a list; nil for documents
	Revisions bool         // the answer is one entity with a revision
}

// Answer says what the route r of the tool answers. r may be of any surface;
// the zero Route stands for the tool itself.
func (t Tool) Answer(r Route) Answer {
	a := Answer{
		Status: http.StatusOK, Shows: t.Result(),
		Runs: t.Executes && (r.Method == "" || r.Method == http.MethodPost),
		List: t.Filters != nil && r.Method == http.MethodGet && !r.One,
	}
	if rows := t.Result().Rows(); rows != nil && (a.List || r.One) {
		a.Rows, a.Shows = rows.Name, rows.Type.Items
	}
	switch {
	case r.Method == http.MethodDelete:
		a.Status, a.Shows = http.StatusNoContent, nil
	case r.Created != "":
		a.Status = http.StatusCreated
	}
	if f := a.Shows.Field("revision"); f != nil && !a.List {
		a.Revisions = f.Type.Kind == "string"
	}
	return a
}

// Conditional says whether the tool can be bound to a revision of what it changes.
func (t Tool) Conditional() bool { return t.Args().Field("expected_revision") != nil }

// Keyed says whether a repeated key returns the first result of the tool.
func (t Tool) Keyed() bool { return t.Args().Field("idempotency_key") != nil }

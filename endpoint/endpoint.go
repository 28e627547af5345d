package endpoint

import (
	"encoding/json"
	"net/http"
)

// Endpoint is an operation with what serves it.
type Endpoint struct {
	Operation
	Handler http.Handler
}

// Operation is an HTTP operation that is no tool.
type Operation struct {
	Method      string // GET, POST, PUT, PATCH or DELETE
	Path        string // whole, with variables as {name}
	ID          string // unique, e.g. login
	Tag         string // e.g. Auth
	Summary     string
	Description string // empty = the summary says it all
	Parameters  []Parameter
	Body        json.RawMessage // schema of a JSON body; nil = none
	BodyExample json.RawMessage // nil = none
	Answers     []Answer        // that are no errors; at least one. A second one of a status is the same in another form
	Errors      []int           // statuses of error bodies
	Open        bool            // needs no credentials
}

// Parameter is a value in the path, the query or a header.
type Parameter struct {
	Name        string
	In          string // path, query or header
	Description string
	Required    bool
	Schema      json.RawMessage
}

// Answer is a response that is no error.
type Answer struct {
	Status      int
	Description string
	Kind        string          // media type; empty = application/json, or no body when Schema is nil
	Schema      json.RawMessage // nil = not described
	Whole       bool            // the schema is the whole body, not the data of an envelope
}

// Mount serves endpoints. It panics, as ServeMux does, when two have one pattern.
func Mount(mux *http.ServeMux, list ...Endpoint) {
	for _, e := range list {
		path := e.Path
		if path == "/" {
			path = "/{$}" // not everything below it
		}
		mux.Handle(e.Method+" "+path, e.Handler)
	}
}

// Operations are those of endpoints.
func Operations(list []Endpoint) []Operation {
	all := make([]Operation, len(list))
	for i, e := range list {
		all[i] = e.Operation
	}
	return all
}

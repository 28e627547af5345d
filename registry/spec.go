package registry

import (
	"encoding/json"
	"strings"

	"ratchet"
)

// Effect says what a tool does to the world. It decides the annotations, the
// REST verb, query or mutation, and whether --read-only keeps the tool. The
// zero value is refused when a registry is made, so it cannot be forgotten.
type Effect int

// The effects.
const (
	Reads    Effect = iota + 1 // changes nothing that is stored
	Writes                     // adds or changes stored state
	Destroys                   // deletes or overwrites
)

// Spec describes a tool to every surface.
type Spec struct {
	Name       string            // ratchet_…; unique, stable, snake_case, at most 40 characters
	Foreign    bool              // not one of the product's own tools: the name needs no ratchet_
	Title      string            // for people
	Doc        string            // for the agent: first sentence says when to call it; at most 1,000 characters
	Toolset    string            // core, control, admin, workflow or gateway
	Category   string            // execution, monitoring, debugging, discovery, development, registry, documentation
	Effect     Effect            // required
	Executes   bool              // runs task code
	Needs      []ratchet.Right   // beside that to run code: what of the caller's rights it takes
	Asks       bool              // asks the caller for something, or sends it log messages, while it runs
	Idempotent bool              // repeating the call with the same arguments changes nothing more
	OpenWorld  bool              // reaches systems outside the server
	Routes     []Route           // REST routes and GraphQL fields beyond those every tool has
	Aliases    []string          // further names accepted on call; the dotted form is always accepted
	Misnomers  map[string]string // wrong names of arguments that callers use, with what to do instead; part of the hint
	Forms      map[string]Form   // of arguments whose schema does not say how they are written, by name
	Also       map[string]string // further names of arguments that REST and GraphQL take, with the argument they stand for
	Shows      map[string]string // further names of members of the result on GraphQL, with the member they stand for
	Creates    bool              // makes something new, each time it is called
	Rate       Rate              // the kind of calls that it is counted as, beside all calls
	Audit      string            // type of its entry in the audit; empty = as Effect and Creates say
	AuditOf    map[string]string // the same when an argument is given, by its name
	Inspected  bool              // its results are about one execution, which the run inspector can show
	TypesWith  string            // toolset whose turn it takes when surfaces name types; empty = its own
	Failure    string            // error_type of an internal failure, e.g. logs_retrieval_error; empty = internal_error
	Examples   []Example

	// Omits are the places of results that models are not shown unless they ask
	// with verbose: see omissions for how they are written. Nil = the tool has
	// no lean form; empty = only what is null or empty, or repeats an argument, is
	// left out.
	Omits []string

	// Filters are the fields that the argument filters of a list knows; nil =
	// the tool is no list.
	Filters func() []ratchet.FilterField
}

// Form says how an argument is written, to callers who wrote something else.
type Form struct {
	Text    string          // e.g. a mock is {http: [{url, response}]}
	Example json.RawMessage // one that passes
}

// Rate is a kind of calls whose rate is limited apart. Tools that run task code
// are a kind of their own.
type Rate string

// The kinds of calls.
const (
	RateCreate Rate = "create"
	RateLogs   Rate = "logs"
	RateTraces Rate = "traces"
)

// Route is a further way to a tool: a REST route, a GraphQL field, or both.
// Every tool is also POST /api/v1/tools/{name} and a GraphQL field named like
// the tool in camelCase without ratchet_.
type Route struct {
	Method  string          // GET, POST, PATCH, …; empty = no REST route
	Path    string          // below /api/v1, e.g. /tasks/{task_id}; variables are names of arguments
	Field   string          // GraphQL field, e.g. createTask; empty = none
	Set     json.RawMessage // arguments this route fixes, e.g. {"enabled":true}; nil = none
	Created string          // path of what the route makes, with members of the result as variables; answers 201; empty = it makes nothing
	One     bool            // the result is a list of one: answer its item alone, or not_found; the variables of Path are its only arguments
	Doc     string          // what this route does, where the tool's title does not say it; empty = the title
}

// Variables are the arguments that the path names, in order.
func (r Route) Variables() []string {
	var list []string
	for part := range strings.SplitSeq(r.Path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			list = append(list, strings.TrimSuffix(name, "}"))
		}
	}
	return list
}

// Example is one call shown in the documentation and run as a test.
type Example struct {
	Title string
	Setup []Call          // calls made before, in order
	Args  json.RawMessage // the example's arguments
}

// Call is one tool call as data.
type Call struct {
	Tool string
	Args json.RawMessage
}

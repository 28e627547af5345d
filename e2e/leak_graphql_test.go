package e2e_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ratchet/casing"
)

// kind is a type as introspection tells it.
type kind struct {
	Kind, Name  string
	OfType      *kind
	Fields      []member
	InputFields []member
}

type member struct {
	Name string
	Type kind
	Args []member
}

func (k *kind) base() *kind {
	for k.OfType != nil {
		k = k.OfType
	}
	return k
}

// graph is the schema, by the name of the type.
type graph map[string]*kind

// callGraphQL calls every field of the schema that has a tool, with the
// arguments of toolCalls and everything selected.
func (l *leaky) callGraphQL() {
	l.t.Helper()
	const ref = `kind name ofType { kind name ofType { kind name ofType { kind name } } }`
	a := l.send("POST", "/graphql", l.encode(object{"query": `{ __schema { queryType { name } types { kind name inputFields { name type { ` + ref + ` } } fields { name type { ` + ref + ` } args { name type { ` + ref + ` } } } } } }`}))
	var out struct {
		Data struct {
			Schema struct{ Types []*kind } `json:"__schema"`
		}
	}
	if err := json.Unmarshal(a.body, &out); err != nil || len(out.Data.Schema.Types) < 20 {
		l.t.Fatalf("%v: %.300s", err, a.body)
	}
	g := graph{}
	for _, k := range out.Data.Schema.Types {
		g[k.Name] = k
	}
	calls := l.toolCalls("fourth")
	for _, root := range []string{"Query", "Mutation"} {
		for _, f := range g[root].Fields {
			list := calls["ratchet_"+casing.Snake(f.Name)]
			for _, args := range list {
				l.graphql(root, g.call(f, args))
			}
			if f.Name != "createApiKey" && f.Name != "rotateApiKey" {
				l.graphqlRefused(root, g, f)
			}
		}
	}
	if got := string(l.pieces["fields that answered"]); strings.Count(got, "\n") < 40 {
		l.t.Errorf("answered were only\n%s", got)
	}
}

func (l *leaky) graphql(root, field string) {
	l.t.Helper()
	a := l.quietly("POST", "/graphql", l.encode(object{"query": strings.ToLower(root) + " { " + field + " }"}))
	name, _, _ := strings.Cut(field, " ")
	name, _, _ = strings.Cut(name, "(")
	l.saw("GraphQL "+name, a.body)
	if !strings.Contains(string(a.body), `"errors"`) {
		l.saw("fields that answered", []byte(name))
	}
}

// graphqlRefused sends secrets in arguments of a field that are refused: as
// words of the document, as its variables, and as values of a wrong kind.
func (l *leaky) graphqlRefused(root string, g graph, f member) {
	l.t.Helper()
	secret := l.plant("refused argument of " + f.Name)
	quoted, _ := json.Marshal(secret)
	for _, args := range []string{
		`password: ` + string(quoted) + `, nonsense: 1`, `password: [` + string(quoted) + `]`, `username: "x", userId: "ada", password: {is: ` + string(quoted) + `}`,
		`username: "somebody", userId: "ada", password: ` + string(quoted) + `, role: BOSS`, `username: "x", password: ` + string(quoted),
	} {
		selection := ""
		if g[f.Type.base().Name].Fields != nil {
			selection = " { __typename }"
		}
		l.graphql(root, f.Name+"("+args+")"+selection)
	}
	for _, typ := range []string{"String", "Int", "[Int!]!", "JSON", "Nonsense"} {
		q := fmt.Sprintf("%s($password: %s) { %s(password: $password) }", strings.ToLower(root), typ, f.Name)
		for _, value := range []any{secret, []any{secret}, object{"is": secret}} {
			a := l.quietly("POST", "/graphql", l.encode(object{"query": q, "variables": object{"password": value}}))
			l.saw("GraphQL variables of "+f.Name, a.body)
		}
	}
}

// call is a field with those of args that it takes, and all it answers.
func (g graph) call(f member, args object) string {
	var given []string
	for _, a := range f.Args {
		for name, v := range args {
			if casing.Camel(name) == a.Name {
				given = append(given, a.Name+": "+g.literal(&a.Type, v))
			}
		}
	}
	slices.Sort(given)
	text := f.Name
	if len(given) > 0 {
		text += "(" + strings.Join(given, ", ") + ")"
	}
	return text + g.selection(&f.Type, 4)
}

// literal is a value as GraphQL writes one of the type.
func (g graph) literal(t *kind, v any) string {
	raw, _ := json.Marshal(v)
	var plain any
	_ = json.Unmarshal(raw, &plain)
	b := t.base()
	switch v := plain.(type) {
	case []any:
		var items []string
		for _, item := range v {
			items = append(items, g.literal(b, item))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case map[string]any:
		var members []string
		for name, item := range v {
			inner := &kind{Kind: "SCALAR", Name: "JSON"}
			if in := g[b.Name]; in != nil {
				for _, f := range in.InputFields {
					if f.Name == casing.Camel(name) {
						name, inner = f.Name, &f.Type
					}
				}
			}
			members = append(members, name+": "+g.literal(inner, item))
		}
		return "{" + strings.Join(members, ", ") + "}"
	case string:
		if b.Kind == "ENUM" {
			return v
		}
	}
	return string(raw)
}

// selection is everything of a type, so deep.
func (g graph) selection(t *kind, depth int) string {
	b := g[t.base().Name]
	if b == nil || b.Fields == nil {
		return ""
	}
	var parts []string
	for _, f := range b.Fields {
		inner := g.selection(&f.Type, depth-1)
		if of := g[f.Type.base().Name]; of != nil && of.Fields != nil && (depth == 0 || inner == "") {
			continue
		}
		parts = append(parts, f.Name+inner)
	}
	if len(parts) == 0 {
		return ""
	}
	return " { " + strings.Join(parts, " ") + " }"
}

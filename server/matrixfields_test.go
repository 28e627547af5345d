package server

import (
	"encoding/json"
	"slices"
	"strings"
)

// graphType is a type as introspection tells it.
type graphType struct {
	Kind, Name string
	OfType     *graphType
	EnumValues []struct{ Name string }
}

// named is the type without lists and non-null.
func (g *graphType) named() *graphType {
	for g.OfType != nil {
		g = g.OfType
	}
	return g
}

// graphField is a field of a type.
type graphField struct {
	Name string
	Args []graphArg
	Type graphType
}

type graphArg struct {
	Name string
	Type graphType
}

// fields are operations that call each field of Query and Mutation with the
// arguments it must have, by its name.
func (l *secured) fields() map[string]string {
	if l.operations != nil {
		return l.operations
	}
	l.operations = map[string]string{}
	for _, root := range []string{"Query", "Mutation"} {
		for _, f := range l.types()[root] {
			l.operations[f.Name] = strings.ToLower(root) + " { " + f.call() + " }"
		}
	}
	return l.operations
}

// subscriptions are the fields of Subscription.
func (l *secured) subscriptions() []graphField { return l.types()["Subscription"] }

// whole are queries that show all that a field of Query tells, of those that
// need no arguments.
func (l *secured) whole() map[string]string {
	out := map[string]string{}
	for _, f := range l.types()["Query"] {
		if f.needs() {
			continue
		}
		out[f.Name] = "query { " + f.Name + l.shown(&f.Type, 3) + " }"
	}
	return out
}

// shown selects what a type tells, to a depth.
func (l *secured) shown(t *graphType, depth int) string {
	named := t.named()
	if named.Kind != "OBJECT" {
		return ""
	}
	var text []string
	for _, f := range l.types()[named.Name] {
		if f.needs() || f.Type.named().Kind == "OBJECT" && depth == 0 {
			continue
		}
		text = append(text, f.Name+l.shown(&f.Type, depth-1))
	}
	return " { __typename " + strings.Join(text, " ") + " }"
}

// needs says whether a field has arguments that it must have.
func (f graphField) needs() bool {
	return slices.ContainsFunc(f.Args, func(a graphArg) bool { return a.Type.Kind == "NON_NULL" })
}

// types are the fields of each type of the schema.
func (l *secured) types() map[string][]graphField {
	if l.schema != nil {
		return l.schema
	}
	const kind = `kind name enumValues { name } `
	const whole = kind + `ofType { ` + kind + `ofType { ` + kind + `ofType { ` + kind + `} } }`
	body, _ := json.Marshal(map[string]string{"query": `{ __schema { types { name fields { name args { name type { ` + whole + ` } } type { ` + whole + ` } } } } }`})
	var answer struct {
		Data struct {
			Schema struct {
				Types []struct {
					Name   string
					Fields []graphField
				}
			} `json:"__schema"`
		}
	}
	a := l.send("POST", "/graphql", string(body), l.bearer("admin")...)
	if err := json.Unmarshal([]byte(a.Body), &answer); err != nil || len(answer.Data.Schema.Types) == 0 {
		l.t.Fatalf("%v: %.500s", err, a.Body)
	}
	l.schema = map[string][]graphField{}
	for _, t := range answer.Data.Schema.Types {
		l.schema[t.Name] = t.Fields
	}
	return l.schema
}

func (f graphField) call() string {
	var args []string
	for _, a := range f.Args {
		if a.Type.Kind == "NON_NULL" {
			args = append(args, a.Name+": "+a.Type.OfType.sample())
		}
	}
	text := f.Name
	if len(args) > 0 {
		text += "(" + strings.Join(args, ", ") + ")"
	}
	if f.Type.named().Kind == "OBJECT" {
		text += " { __typename }"
	}
	return text
}

// sample is a value of the type.
func (g *graphType) sample() string {
	switch {
	case g.Kind == "LIST":
		return "[]"
	case g.Kind == "ENUM":
		return g.EnumValues[0].Name
	case g.Kind == "INPUT_OBJECT" || g.Name == "JSON":
		return "{}"
	case g.Name == "Int" || g.Name == "Float" || g.Name == "Long":
		return "1"
	case g.Name == "Boolean":
		return "false"
	}
	return `"x"`
}

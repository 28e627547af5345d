package server

import (
	"encoding/json"
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

// graphField is a field of Query or Mutation.
type graphField struct {
	Name string
	Args []struct {
		Name string
		Type graphType
	}
	Type graphType
}

// fields are operations that call each field of the schema with the arguments
// it must have, by its name.
func (l *secured) fields() map[string]string {
	if l.operations != nil {
		return l.operations
	}
	l.operations = map[string]string{}
	const kind = `kind name enumValues { name } `
	const whole = kind + `ofType { ` + kind + `ofType { ` + kind + `ofType { ` + kind + `} } }`
	const list = `fields { name args { name type { ` + whole + ` } } type { ` + whole + ` } }`
	body, _ := json.Marshal(map[string]string{"query": `{ __schema { queryType { ` + list + ` } mutationType { ` + list + ` } } }`})
	var answer struct {
		Data struct {
			Schema struct{ QueryType, MutationType struct{ Fields []graphField } } `json:"__schema"`
		}
	}
	a := l.send("POST", "/graphql", string(body), l.bearer("admin")...)
	if err := json.Unmarshal([]byte(a.Body), &answer); err != nil {
		l.t.Fatalf("%v: %.500s", err, a.Body)
	}
	for kind, list := range map[string][]graphField{
		"query": answer.Data.Schema.QueryType.Fields, "mutation": answer.Data.Schema.MutationType.Fields,
	} {
		for _, f := range list {
			l.operations[f.Name] = kind + " { " + f.call() + " }"
		}
	}
	return l.operations
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

package graphql

import (
	"regexp"

	"github.com/vektah/gqlparser/v2/ast"

	"ratchet/casing"
	"ratchet/schema"
)

var snakeWord = regexp.MustCompile(`\b[a-z]+(?:_[a-z0-9]+)+\b`)

// vocabulary are the tools' keys in snake_case, which descriptions speak of.
type vocabulary map[string]bool

// learn adds the keys that s declares.
func (v vocabulary) learn(s *schema.Type) {
	if s == nil {
		return
	}
	if s.Record() {
		for _, f := range s.Fields {
			v[f.Name] = true
			v.learn(f.Type)
		}
	}
	v.learn(s.Items)
}

// speak spells keys in the descriptions of def as GraphQL does. Values of
// enums stay as they are.
func (v vocabulary) speak(def *ast.Definition) {
	if def.Kind == ast.Enum {
		return
	}
	spell := func(text string) string {
		return snakeWord.ReplaceAllStringFunc(text, func(word string) string {
			if v[word] {
				return casing.Camel(word)
			}
			return word
		})
	}
	def.Description = spell(def.Description)
	for _, f := range def.Fields {
		f.Description = spell(f.Description)
		for _, a := range f.Arguments {
			a.Description = spell(a.Description)
		}
	}
}

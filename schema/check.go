package schema

import (
	"errors"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// check validates a decoded value whose numbers are json.Number, of so many steps.
func (s *Schema) check(v any, steps int) []Violation {
	if steps > maxSteps {
		return []Violation{tooCostly()}
	}
	if steps > listSteps {
		return s.decide(v)
	}
	err := s.root.Validate(v)
	if err == nil {
		return nil
	}
	var ve *jsonschema.ValidationError
	if !errors.As(err, &ve) {
		return []Violation{{Rule: "schema", Message: "the value cannot be checked against its schema"}}
	}
	found := flatten(s, ve)
	slices.SortStableFunc(found, func(a, b Violation) int {
		if c := rank(a.Rule) - rank(b.Rule); c != 0 {
			return c
		}
		return strings.Compare(a.Pointer, b.Pointer)
	})
	return found
}

// decide says whether v is valid, without where it is not.
func (s *Schema) decide(v any) []Violation {
	if s.outcome.Validate(v) != nil {
		return nil
	}
	return []Violation{{
		Rule: "schema", Message: "does not match its schema, and is too large for a list of the places; check a smaller part of it to find them",
	}}
}

// rank puts the violation first that explains most: a misspelt name explains
// the missing one.
func rank(rule string) int {
	switch rule {
	case "additionalProperties":
		return 0
	case "required":
		return 1
	default:
		return 2
	}
}

package schema

import (
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// alternatives describes a value that fits none of the alternatives of anyOf or
// oneOf, or fits several of the latter.
func alternatives(s *Schema, e *jsonschema.ValidationError) []Violation {
	here := Violation{Pointer: pointer(e.InstanceLocation), Rule: "anyOf", Message: "matches none of the allowed forms"}
	if one, ok := e.ErrorKind.(*kind.OneOf); ok {
		here.Rule = "oneOf"
		if len(one.Subschemas) > 1 {
			here.Message = "matches more than one of the forms of which exactly one may match"
			return []Violation{here}
		}
	}
	// A violation below this value means the form itself fits.
	for _, cause := range e.Causes {
		if firstDepth(cause) > len(e.InstanceLocation) {
			return flatten(s, cause)
		}
	}
	here.Message += reasons(s, e.Causes)
	return []Violation{here}
}

// firstDepth is how many steps lead to the place of the first violation that
// flatten lists.
func firstDepth(e *jsonschema.ValidationError) int {
	here := len(e.InstanceLocation)
	switch k := e.ErrorKind.(type) {
	case *kind.OneOf:
		if len(k.Subschemas) > 1 {
			return here
		}
		return firstBelow(e.Causes, here)
	case *kind.AnyOf:
		return firstBelow(e.Causes, here)
	case *kind.Not:
		return here
	}
	if len(e.Causes) > 0 {
		return firstDepth(e.Causes[0])
	}
	switch e.ErrorKind.(type) {
	case *kind.Required, *kind.AdditionalProperties:
		return here + 1 // each names a member
	}
	return here
}

// firstBelow is the depth of the first cause that is deeper than here, else here.
func firstBelow(causes []*jsonschema.ValidationError, here int) int {
	for _, cause := range causes {
		if depth := firstDepth(cause); depth > here {
			return depth
		}
	}
	return here
}

// maxReasons bounds the reasons that are given why alternatives do not match.
const maxReasons = 5

// reasons says why the first alternatives do not match, each reason once.
func reasons(s *Schema, causes []*jsonschema.ValidationError) string {
	var said []string
	for _, cause := range causes[:min(len(causes), 4*maxReasons)] {
		leaves := flatten(s, cause)
		if len(leaves) == 0 || slices.Contains(said, leaves[0].Message) {
			continue
		}
		if len(said) == maxReasons {
			return "; " + strings.Join(said, "; ") + "; …"
		}
		said = append(said, leaves[0].Message)
	}
	if len(causes) > 4*maxReasons {
		said = append(said, "…")
	}
	if len(said) == 0 {
		return ""
	}
	return "; " + strings.Join(said, "; ")
}

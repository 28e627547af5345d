package schema

import (
	"fmt"
	"math"
	"net/url"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"ratchet"
)

// maxPaths bounds the ways that lead through a schema to one part of a value.
const maxPaths = 10_000

// CheckComplexity refuses a schema of which too many subschemas can apply to
// one part of a value, as alternatives within alternatives do. It is meant for
// schemas that are stored: one that compiles but fails here can still be used,
// within the steps that Validate allows.
func (s *Schema) CheckComplexity() error {
	c := complexity{graph: s.graph, known: map[*jsonschema.Schema]float64{}}
	if c.paths(s.root); c.worst == nil {
		return nil
	}
	_, at, _ := strings.Cut(c.worst.Location, "#")
	if plain, err := url.PathUnescape(at); err == nil {
		at = plain
	}
	count := "more than 1e15"
	if n := c.known[c.worst]; n < 1e15 {
		count = fmt.Sprintf("%.0f", n)
	}
	return ratchet.Errorf(ratchet.CodeInvalid,
		"invalid schema: %s subschemas can apply to one value, at most %d may", count, maxPaths).At(at).
		WithHint("alternatives (anyOf, oneOf, allOf, $ref) within alternatives multiply: list them once, side by side, or tell them apart by one property")
}

// complexity finds the smallest part of a schema with too many paths.
type complexity struct {
	*graph
	known map[*jsonschema.Schema]float64 // NaN while being counted
	worst *jsonschema.Schema
}

// paths counts the subschemas that can apply along one way down a value. A
// recursive reference counts once: the depth of the value bounds it.
func (c *complexity) paths(s *jsonschema.Schema) float64 {
	if n, ok := c.known[s]; ok {
		if math.IsNaN(n) {
			return 0
		}
		return n
	}
	c.known[s] = math.NaN()
	n := 1.0
	for _, sub := range c.nodes[s].here {
		n += c.paths(sub)
	}
	deepest := 0.0
	for _, sub := range below(s) {
		deepest = max(deepest, c.paths(sub))
	}
	n += deepest
	c.known[s] = n
	if n > maxPaths && c.worst == nil {
		c.worst = s
	}
	return n
}

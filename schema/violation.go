package schema

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"ratchet"
)

// Violation is one place where a value breaks its schema.
type Violation struct {
	Pointer string   `json:"field"` // JSON pointer; empty = the whole value
	Rule    string   `json:"rule"`  // keyword, e.g. required, type, enum
	Found   string   `json:"found,omitempty"`
	Wanted  string   `json:"wanted,omitempty"`
	Message string   `json:"message"` // one line, without the pointer
	Allowed []string `json:"allowed,omitempty"`
	Nearest string   `json:"nearest,omitempty"`
}

// maxViolations bounds the violations of one value that are listed.
const maxViolations = 100

// Validate checks one JSON value. Nil means valid; at most 100 violations are
// listed. Text that is not JSON is one violation with rule "json". A value that
// would take too long to check is one with rule "steps", found before the check:
// its time is bounded without a clock.
func (s *Schema) Validate(raw json.RawMessage) []Violation {
	found, _ := s.ValidateContext(context.Background(), raw) // which never ends
	return found
}

// ValidateContext is Validate for a caller who may leave. When ctx ends while
// the value is read or its steps are counted, it returns the error of ctx; the
// check itself, half a second at most, is not interrupted.
func (s *Schema) ValidateContext(ctx context.Context, raw json.RawMessage) ([]Violation, error) {
	v, err := s.outline(raw)
	if found := numberViolation(err); found != nil {
		return []Violation{*found}, nil
	}
	if errors.Is(err, errHeavy) {
		return []Violation{tooHeavy()}, nil
	}
	if err != nil {
		return []Violation{{Rule: "json", Wanted: "JSON", Message: "not JSON: " + jsonFault(err)}}, nil
	}
	steps := s.graph.stepsWhile(ctx, s.root, v)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.check(v, steps), nil
}

// flatten lists the leaves of the library's error tree. Alternatives (anyOf,
// oneOf) are reported once, as the alternative that came closest.
func flatten(s *Schema, e *jsonschema.ValidationError) []Violation {
	switch e.ErrorKind.(type) {
	case *kind.AnyOf, *kind.OneOf:
		return alternatives(s, e)
	case *kind.Not:
		return []Violation{{Pointer: pointer(e.InstanceLocation), Rule: "not", Message: "is a value the schema excludes"}}
	}
	if len(e.Causes) == 0 {
		return describe(s, e)
	}
	var out []Violation
	for _, cause := range e.Causes {
		out = append(out, flatten(s, cause)...)
		if len(out) >= maxViolations {
			return out[:maxViolations]
		}
	}
	return out
}

func describe(s *Schema, e *jsonschema.ValidationError) []Violation {
	at := pointer(e.InstanceLocation)
	one := func(rule, found, wanted, message string) []Violation {
		return []Violation{{Pointer: at, Rule: rule, Found: found, Wanted: wanted, Message: message}}
	}
	switch k := e.ErrorKind.(type) {
	case *kind.Type:
		if words := choices(s, e.InstanceLocation); len(words) > 0 {
			return []Violation{{
				Pointer: at, Rule: "type", Found: k.Got, Wanted: "one of " + strings.Join(words, ", "), Allowed: words,
				Message: fmt.Sprintf("must be one of %s, is %s", strings.Join(words, ", "), k.Got),
			}}
		}
		wanted := strings.Join(k.Want, " or ")
		return one("type", k.Got, wanted, fmt.Sprintf("must be %s, is %s", wanted, k.Got))
	case *kind.Required:
		var out []Violation
		for _, name := range k.Missing[:min(len(k.Missing), maxViolations)] {
			out = append(out, Violation{Pointer: at + "/" + Escape(name), Rule: "required", Wanted: name, Message: "is required"})
		}
		return out
	case *kind.AdditionalProperties:
		return unknown(s, e.InstanceLocation, k.Properties)
	case *kind.Enum:
		return enum(at, k)
	case *kind.Const:
		return one("const", show(k.Got), show(k.Want), "must be "+show(k.Want))
	case *kind.Pattern:
		return one("pattern", show(k.Got), k.Want, fmt.Sprintf("%s does not match %s", show(k.Got), k.Want))
	case *kind.Format:
		return one("format", show(k.Got), k.Want, show(k.Got)+" is not "+ratchet.Article(k.Want))
	case *kind.FalseSchema:
		return one("false", "", "", "is not allowed here")
	case *kind.UniqueItems:
		return one("uniqueItems", "", "", fmt.Sprintf("items %d and %d are equal", k.Duplicates[0], k.Duplicates[1]))
	}
	if v, ok := bound(e.ErrorKind); ok {
		v.Pointer = at
		return []Violation{v}
	}
	path := e.ErrorKind.KeywordPath()
	rule := "schema"
	if len(path) > 0 {
		rule = path[0]
	}
	return one(rule, "", "", "breaks the rule "+rule)
}

// choices are the words that the value at a location may be; nil when it may be
// anything else.
func choices(s *Schema, at []string) []string {
	if s == nil {
		return nil
	}
	sub := s.at(at)
	if sub == nil || sub.Enum == nil {
		return nil
	}
	var words []string
	for _, v := range sub.Enum.Values {
		word, ok := v.(string)
		if !ok {
			return nil
		}
		words = append(words, word)
	}
	return words
}

// bound describes the rules that compare a number with a limit.
func bound(k jsonschema.ErrorKind) (Violation, bool) {
	say := func(rule, verb string, got, want any, unit string) (Violation, bool) {
		g, w := fmt.Sprint(got), fmt.Sprint(want)
		return Violation{Rule: rule, Found: g, Wanted: w, Message: fmt.Sprintf("must %s %s%s, is %s", verb, w, unit, g)}, true
	}
	switch k := k.(type) {
	case *kind.MinLength:
		return say("minLength", "have at least", k.Got, k.Want, " characters")
	case *kind.MaxLength:
		return say("maxLength", "have at most", k.Got, k.Want, " characters")
	case *kind.MinItems:
		return say("minItems", "have at least", k.Got, k.Want, " items")
	case *kind.MaxItems:
		return say("maxItems", "have at most", k.Got, k.Want, " items")
	case *kind.MinProperties:
		return say("minProperties", "have at least", k.Got, k.Want, " keys")
	case *kind.MaxProperties:
		return say("maxProperties", "have at most", k.Got, k.Want, " keys")
	case *kind.Minimum:
		return say("minimum", "be at least", k.Got.RatString(), k.Want.RatString(), "")
	case *kind.Maximum:
		return say("maximum", "be at most", k.Got.RatString(), k.Want.RatString(), "")
	case *kind.ExclusiveMinimum:
		return say("exclusiveMinimum", "be more than", k.Got.RatString(), k.Want.RatString(), "")
	case *kind.ExclusiveMaximum:
		return say("exclusiveMaximum", "be less than", k.Got.RatString(), k.Want.RatString(), "")
	case *kind.MultipleOf:
		return say("multipleOf", "be a multiple of", k.Got.RatString(), k.Want.RatString(), "")
	}
	return Violation{}, false
}

func unknown(s *Schema, at []string, names []string) []Violation {
	var known []string
	if s != nil {
		if sub := s.at(at); sub != nil {
			for name := range sub.Properties {
				known = append(known, name)
			}
			slices.Sort(known)
		}
	}
	slices.Sort(names)
	var out []Violation
	for _, name := range names[:min(len(names), maxViolations)] {
		v := Violation{
			Pointer: pointer(at) + "/" + Escape(name), Rule: "additionalProperties", Found: ratchet.Clip(name, maxStep),
			Message: "is not known", Allowed: known, Nearest: Nearest(name, known),
		}
		if v.Nearest != "" {
			v.Message += fmt.Sprintf("; did you mean %q?", v.Nearest)
		}
		out = append(out, v)
	}
	return out
}

func enum(at string, k *kind.Enum) []Violation {
	v := Violation{Pointer: at, Rule: "enum", Found: show(k.Got)}
	for _, want := range k.Want {
		if text, ok := want.(string); ok {
			v.Allowed = append(v.Allowed, text)
		} else {
			v.Allowed = append(v.Allowed, show(want))
		}
	}
	v.Wanted = "one of " + strings.Join(v.Allowed, ", ")
	v.Message = fmt.Sprintf("%s is not one of %s", v.Found, strings.Join(v.Allowed, ", "))
	if got, ok := k.Got.(string); ok {
		v.Nearest = Nearest(got, v.Allowed)
	}
	if v.Nearest != "" {
		v.Message += fmt.Sprintf("; did you mean %s?", v.Nearest)
	}
	return []Violation{v}
}

// at finds the schema of the value at a location, nil when it cannot tell.
func (s *Schema) at(path []string) *jsonschema.Schema {
	cur := deref(s.root)
	for _, step := range path {
		if cur == nil {
			return nil
		}
		if next, ok := cur.Properties[step]; ok {
			cur = deref(next)
			continue
		}
		if _, err := strconv.Atoi(step); err == nil {
			cur = deref(itemSchema(cur))
			continue
		}
		next, _ := cur.AdditionalProperties.(*jsonschema.Schema)
		cur = deref(next)
	}
	return cur
}

// WriteOnly says whether the property of that name is never to be shown.
func (s *Schema) WriteOnly(name string) bool {
	p := deref(deref(s.root).Properties[name])
	return p != nil && p.WriteOnly
}

func itemSchema(s *jsonschema.Schema) *jsonschema.Schema {
	if s.Items2020 != nil {
		return s.Items2020
	}
	items, _ := s.Items.(*jsonschema.Schema)
	return items
}

func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	default:
		return "number"
	}
}

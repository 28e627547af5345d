package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"ratchet"
)

// The addresses under which a schema and its negation compile. They never
// leave this package.
const (
	location = "mem:///schema.json"
	negation = "mem:///negation.json"
)

// Schema is a compiled JSON Schema, safe for concurrent use.
type Schema struct {
	root    *jsonschema.Schema
	outcome *jsonschema.Schema // root negated: says whether a value is valid and keeps no errors
	graph   *graph
	raw     json.RawMessage
}

// Compile compiles a schema of draft-07 or 2020-12 (the default without
// $schema). References must stay inside the schema: nothing is read from
// files or the network. Regular expressions are RE2. The error is a
// *ratchet.Error of CodeInvalid whose field is a pointer into the schema. What
// comes from a caller goes through Admit instead.
func Compile(raw json.RawMessage) (*Schema, error) { return compile(raw, usable()) }

func compile(raw json.RawMessage, l limits) (*Schema, error) {
	if err := l.checkBytes(raw); err != nil {
		return nil, err
	}
	doc, err := decode(raw)
	if v := numberViolation(err); v != nil {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "invalid schema: %s", v.Message).At(v.Pointer)
	}
	if err != nil {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "the schema is not JSON: %s", jsonFault(err)).At("")
	}
	if err := l.check(doc); err != nil {
		return nil, err
	}
	if err := checkRoot(doc); err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.UseLoader(refuseLoader{})
	if err := c.AddResource(location, doc); err != nil {
		return nil, explainCompile(err)
	}
	root, err := c.Compile(location)
	if err != nil {
		return nil, explainCompile(err)
	}
	if err := c.AddResource(negation, map[string]any{"not": map[string]any{"$ref": location}}); err != nil {
		return nil, explainCompile(err)
	}
	outcome, err := c.Compile(negation)
	if err != nil {
		return nil, explainCompile(err)
	}
	return &Schema{root: root, outcome: outcome, graph: newGraph(root), raw: raw}, nil
}

// Raw is the schema as it was compiled. It must not be changed.
func (s *Schema) Raw() json.RawMessage { return s.raw }

// Open says whether the schema is an object schema that accepts unknown keys.
func (s *Schema) Open() bool {
	r := deref(s.root)
	if r.Bool != nil {
		return *r.Bool
	}
	closed, isBool := r.AdditionalProperties.(bool)
	return !isBool || closed
}

func checkRoot(doc any) error {
	obj, isObject := doc.(map[string]any)
	if !isObject {
		return ratchet.Errorf(ratchet.CodeInvalid, "a schema is a JSON object, this is %s", typeName(doc)).
			At("").With(ratchet.FieldExample, map[string]any{"type": "object", "properties": map[string]any{}})
	}
	dialect, given := obj["$schema"]
	if !given {
		return nil
	}
	text, _ := dialect.(string)
	switch strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(text, "https"), "http"), "#") {
	case "://json-schema.org/draft/2020-12/schema", "://json-schema.org/draft-07/schema":
		return nil
	}
	return ratchet.Errorf(ratchet.CodeInvalid, "$schema %q is not supported", text).At("/$schema").
		With(ratchet.FieldAllowed, []string{
			"https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft-07/schema#",
		}).WithHint("write the schema for one of these drafts, or leave $schema out for 2020-12")
}

// refuseLoader refuses every document that is not part of the schema.
type refuseLoader struct{}

var errRemote = errors.New("remote references are refused")

// Load implements the library's loader; it never loads.
func (refuseLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s: %w", url, errRemote)
}

func explainCompile(err error) error {
	var invalid *jsonschema.SchemaValidationError
	var load *jsonschema.LoadURLError
	var anchor *jsonschema.AnchorNotFoundError
	var pointer *jsonschema.JSONPointerNotFoundError
	switch {
	case errors.As(err, &invalid):
		var ve *jsonschema.ValidationError
		if errors.As(invalid.Err, &ve) {
			if found := flatten(nil, ve); len(found) > 0 {
				v := found[0]
				e := ratchet.Errorf(ratchet.CodeInvalid, "invalid schema: %s", v.Message).At(v.Pointer)
				if v.Rule == "format" && v.Wanted == "regex" {
					e.Message = fmt.Sprintf("invalid schema: %s is not a regular expression in RE2 syntax", v.Found)
					e.Hint = "RE2 has no look-around and no backreferences"
				}
				if len(v.Allowed) > 0 {
					e.With(ratchet.FieldAllowed, v.Allowed)
				}
				return e.Wrap(err)
			}
		}
	case errors.As(err, &load):
		return ratchet.Errorf(ratchet.CodeInvalid, "invalid schema: $ref to %q leaves the schema", strings.TrimPrefix(load.URL, "mem:///")).
			At("").WithHint("copy the referenced schema under $defs and refer to it as #/$defs/NAME").Wrap(err)
	case errors.As(err, &anchor), errors.As(err, &pointer):
		return ratchet.Errorf(ratchet.CodeInvalid, "invalid schema: a $ref points to nothing in this schema").
			At("").WithHint("define the target under $defs and refer to it as #/$defs/NAME").Wrap(err)
	}
	return ratchet.Errorf(ratchet.CodeInvalid, "invalid schema: %s", strings.ReplaceAll(err.Error(), location, "")).At("").Wrap(err)
}

// decode parses one JSON value and keeps numbers exact. A number that is out
// of bounds is a *numberError: nothing calculates with one.
func decode(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	if !suspicious(raw) {
		return v, nil
	}
	return v, checkNumbers(v, nil)
}

func jsonFault(err error) string {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "it ends early"
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// deref follows references, a bounded number of times.
func deref(s *jsonschema.Schema) *jsonschema.Schema {
	for range 16 {
		if s == nil || s.Ref == nil || s.Types != nil || s.Properties != nil {
			return s
		}
		s = s.Ref
	}
	return s
}

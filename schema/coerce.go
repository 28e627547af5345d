package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Coerce corrects harmless mismatches between args and the schema: "5" for 5,
// "true" for true, a string that holds the wanted object or array, one value
// for a one-element array, null for an absent optional key, camelCase for a
// snake_case key, 5.0 for 5. What fits stays as it is, byte for byte. The
// notes say what was corrected; refused is set when a key is given in both
// spellings with different values. The result still has to be validated.
func (s *Schema) Coerce(args json.RawMessage) (out json.RawMessage, notes []string, refused []Violation) {
	if len(args) >= outlineFrom && parts(args) > maxMended {
		return args, nil, nil
	}
	v, err := decode(args)
	if err != nil {
		return args, nil, nil // Validate reports it
	}
	c := coercion{graph: s.graph}
	v = c.value("", s.root, v)
	if len(c.refused) > 0 {
		return args, nil, c.refused
	}
	if len(c.notes) == 0 {
		return args, nil, nil
	}
	out, err = json.Marshal(v)
	if err != nil {
		return args, nil, nil
	}
	return out, c.notes, nil
}

// maxMended is how many parts arguments may have that are decoded to be corrected:
// each takes some hundred bytes.
const maxMended = 50_000

// parts counts the values of raw, roughly: separators in text count too.
func parts(raw []byte) int {
	return bytes.Count(raw, []byte(",")) + bytes.Count(raw, []byte("{")) + bytes.Count(raw, []byte("["))
}

type coercion struct {
	graph   *graph
	wrapped bool // inside a value that was wrapped: a second wrapping could go on for ever
	notes   []string
	refused []Violation
}

func (c *coercion) note(at, format string, a ...any) {
	if at == "" {
		at = "/"
	}
	c.notes = append(c.notes, at+": "+fmt.Sprintf(format, a...))
}

func (c *coercion) value(at string, s *jsonschema.Schema, v any) any {
	if s = deref(s); s == nil {
		return v
	}
	if s.Types != nil && !s.Types.IsEmpty() {
		v = c.toType(at, s, v)
	}
	switch v := v.(type) {
	case map[string]any:
		c.object(at, s, v)
	case []any:
		if item := itemSchema(s); item != nil {
			for i := range v {
				v[i] = c.value(fmt.Sprintf("%s/%d", at, i), item, v[i])
			}
		}
	}
	return v
}

// toType changes v to one of the schema's types when it is not of one.
func (c *coercion) toType(at string, s *jsonschema.Schema, v any) any {
	types := s.Types.ToStrings()
	if n, ok := v.(json.Number); ok && slices.Contains(types, "integer") && !slices.Contains(types, "number") {
		return c.integer(at, n)
	}
	if slices.Contains(types, typeName(v)) {
		return v
	}
	if text, ok := v.(string); ok {
		if mended, ok := fromText(types, text); ok {
			c.note(at, "read the string as %s", typeName(mended))
			return mended
		}
	}
	if v != nil && !c.wrapped && slices.Contains(types, "array") {
		return c.oneElement(at, s, v)
	}
	return v
}

// oneElement wraps v when the array's items would take it.
func (c *coercion) oneElement(at string, s *jsonschema.Schema, v any) any {
	item := itemSchema(s)
	if item == nil {
		c.note(at, "took one value as an array of one")
		return []any{v}
	}
	if _, nested := v.(map[string]any); nested && deref(item).Types != nil && !slices.Contains(deref(item).Types.ToStrings(), "object") {
		return v
	}
	if list, ok := v.(string); ok && strings.Contains(list, ",") && takesText(item) {
		return v // it may be one value or several
	}
	trial := coercion{graph: c.graph, wrapped: true}
	mended := trial.value(at+"/0", item, v)
	if len(trial.refused) > 0 || c.graph.steps(item, mended) > listSteps || item.Validate(mended) != nil && !takesText(item) {
		return v
	}
	c.note(at, "took one value as an array of one")
	c.notes = append(c.notes, trial.notes...)
	return []any{mended}
}

// takesText says whether s is the schema of a text and of nothing else: a text
// that it refuses is better called a wrong item than a wrong list.
func takesText(s *jsonschema.Schema) bool {
	s = deref(s)
	return s != nil && s.Types != nil && slices.Equal(s.Types.ToStrings(), []string{"string"})
}

// integer writes a whole number without fraction or exponent, so that it
// decodes into a Go integer.
func (c *coercion) integer(at string, n json.Number) any {
	text := n.String()
	if !strings.ContainsAny(text, ".eE") || len(text) > 40 {
		return n
	}
	if i := strings.IndexAny(text, "eE"); i >= 0 && len(text)-i > 4 {
		return n // an exponent beyond any integer we take; do not expand it
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok || !r.IsInt() {
		return n
	}
	c.note(at, "read %s as a whole number", text)
	return json.Number(r.Num().String())
}

// fromText reads text as a value of one of the types. Types never hold "string".
func fromText(types []string, text string) (any, bool) {
	trimmed := strings.TrimSpace(text)
	if trimmed == "" || len(trimmed) > 16<<20 {
		return nil, false
	}
	if CheckSyntax([]byte(trimmed)) != nil {
		return nil, false
	}
	v, err := decode([]byte(trimmed))
	if err != nil || v == nil {
		return nil, false
	}
	if n, ok := v.(json.Number); ok {
		if slices.Contains(types, "number") {
			return v, true
		}
		whole := !strings.ContainsAny(n.String(), ".eE")
		return v, whole && slices.Contains(types, "integer")
	}
	if _, isText := v.(string); isText {
		return nil, false
	}
	return v, slices.Contains(types, typeName(v))
}

func (c *coercion) object(at string, s *jsonschema.Schema, obj map[string]any) {
	c.spelling(at, s, obj)
	for name, value := range obj {
		sub, known := s.Properties[name]
		if !known {
			if extra, ok := s.AdditionalProperties.(*jsonschema.Schema); ok {
				obj[name] = c.value(at+"/"+Escape(name), extra, value)
			}
			continue
		}
		if value == nil && !slices.Contains(s.Required, name) && deref(sub).Types != nil &&
			!slices.Contains(deref(sub).Types.ToStrings(), "null") {
			delete(obj, name)
			c.note(at+"/"+Escape(name), "took null as absent")
			continue
		}
		obj[name] = c.value(at+"/"+Escape(name), sub, value)
	}
	slices.Sort(c.notes)
}

// spelling renames camelCase keys to the snake_case keys of an object without additional properties.
func (c *coercion) spelling(at string, s *jsonschema.Schema, obj map[string]any) {
	if open, isBool := s.AdditionalProperties.(bool); !isBool || open {
		return
	}
	var renamed []string
	for name := range obj {
		if _, known := s.Properties[name]; !known {
			if snake := snakeCase(name); snake != name && s.Properties[snake] != nil {
				renamed = append(renamed, name)
			}
		}
	}
	slices.Sort(renamed)
	for _, name := range renamed {
		snake := snakeCase(name)
		if other, both := obj[snake]; both && canonical(other) != canonical(obj[name]) {
			c.refused = append(c.refused, Violation{
				Pointer: at + "/" + Escape(name), Rule: "spelling", Found: name, Wanted: snake,
				Message: fmt.Sprintf("and %s are the same argument with different values; keep %s", snake, snake),
				Nearest: snake,
			})
			continue
		}
		obj[snake] = obj[name]
		delete(obj, name)
		c.note(at+"/"+Escape(name), "read as %s", snake)
	}
}

// canonical is a value as canonical JSON, uncut.
func canonical(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

func snakeCase(name string) string {
	if name == "" || !unicode.IsLower(rune(name[0])) {
		return name
	}
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

package templates

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"ratchet"
	"ratchet/schema"
)

// resolve checks the given values and adds the defaults. Results are compact
// JSON, escaped so that they are JavaScript expressions too.
func (t Template) resolve(given map[string]json.RawMessage) (map[string]json.RawMessage, error) {
	names := make([]string, len(t.Parameters))
	for i, p := range t.Parameters {
		names[i] = p.Name
	}
	for name := range given {
		if !slices.Contains(names, name) {
			return nil, t.unknown(name, names)
		}
	}
	values := make(map[string]json.RawMessage, len(names))
	for _, p := range t.Parameters {
		raw, ok := given[p.Name]
		if !ok || string(bytes.TrimSpace(raw)) == "null" {
			raw = p.Default
		}
		if raw == nil {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "template %s needs the parameter %s: %s", t.Name, p.Name, p.Description).
				At("/parameters/"+p.Name).With(ratchet.FieldAllowed, names).
				WithHint("give parameters.%s; ratchet_list_templates shows all parameters", p.Name)
		}
		value, err := p.check(raw)
		if err != nil {
			return nil, err
		}
		values[p.Name] = value
	}
	return values, nil
}

func (t Template) unknown(name string, names []string) error {
	err := ratchet.Errorf(ratchet.CodeInvalid, "template %s has no parameter %q; it has %s", t.Name, name, strings.Join(names, ", ")).
		At("/parameters/"+name).With(ratchet.FieldAllowed, names).
		WithHint("ratchet_list_templates shows the parameters of every template")
	if near := schema.Nearest(name, names); near != "" {
		err = err.With(ratchet.FieldNearest, near)
	}
	return err
}

func (p Parameter) refuse(format string, args ...any) *ratchet.Error {
	return ratchet.Errorf(ratchet.CodeInvalid, "parameter %s %s", p.Name, fmt.Sprintf(format, args...)).
		At("/parameters/"+p.Name).WithHint("%s: %s", p.Name, p.Description)
}

// check returns raw as canonical JSON, or says why it is not permitted.
func (p Parameter) check(raw json.RawMessage) (json.RawMessage, error) {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if err := decoder.Decode(&value); err != nil {
		return nil, p.refuse("is not JSON")
	}
	var refused *ratchet.Error
	switch v := value.(type) {
	case string:
		refused = p.checkString(v)
	case float64:
		refused = p.checkNumber(v)
	case bool:
		refused = p.wantType("boolean")
	case map[string]any:
		refused = p.checkObject(v)
	default:
		refused = p.wantType("")
	}
	if refused != nil {
		return nil, refused
	}
	canonical, err := json.Marshal(value)
	if err != nil {
		return nil, p.refuse("cannot be written as JSON")
	}
	return canonical, nil
}

func (p Parameter) wantType(have string) *ratchet.Error {
	if p.Type == have || (p.Type == "number" && have == "integer") {
		return nil
	}
	return p.refuse("must be of type %s", p.Type)
}

func (p Parameter) checkString(v string) *ratchet.Error {
	if err := p.wantType("string"); err != nil {
		return err
	}
	if len(p.Enum) > 0 && !slices.Contains(p.Enum, v) {
		err := p.refuse("is %q, not one of %s", v, strings.Join(p.Enum, ", ")).With(ratchet.FieldAllowed, p.Enum)
		if near := schema.Nearest(v, p.Enum); near != "" {
			err = err.With(ratchet.FieldNearest, near)
		}
		return err
	}
	if !fits(p.Pattern, v) && p.Means != "" {
		return p.refuse("is %q, which is not %s", v, p.Means).With(ratchet.FieldAllowed, p.Means)
	}
	if !fits(p.Pattern, v) {
		return p.refuse("is %q, which does not match %s", v, p.Pattern).With(ratchet.FieldAllowed, p.Pattern)
	}
	return nil
}

func (p Parameter) checkNumber(v float64) *ratchet.Error {
	have := "number"
	if v == math.Trunc(v) {
		have = "integer"
	}
	if err := p.wantType(have); err != nil {
		return err
	}
	if (p.Minimum != nil && v < *p.Minimum) || (p.Maximum != nil && v > *p.Maximum) {
		bounds := map[string]any{"minimum": p.Minimum, "maximum": p.Maximum}
		return p.refuse("is %v, outside its bounds %v to %v", v, *p.Minimum, *p.Maximum).With(ratchet.FieldAllowed, bounds)
	}
	return nil
}

func (p Parameter) checkObject(v map[string]any) *ratchet.Error {
	if err := p.wantType("object"); err != nil {
		return err
	}
	for key, value := range v {
		if !fits(p.KeyPattern, key) {
			return p.refuse("has the key %q, which does not match %s", key, p.KeyPattern)
		}
		if p.ValPattern == "" {
			continue
		}
		if text, ok := value.(string); !ok || !fits(p.ValPattern, text) {
			return p.refuse("has at %q something that is not a string matching %s", key, p.ValPattern)
		}
	}
	return nil
}

// fits says whether the whole of text matches pattern; an empty one fits all.
func fits(pattern, text string) bool {
	return pattern == "" || regexp.MustCompile(`\A(?:`+pattern+`)\z`).MatchString(text)
}

package registry

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ratchet"
	"ratchet/mask"
	"ratchet/schema"
)

// maxExample is the size up to which corrected arguments are shown.
const maxExample = 2000

// invalid says what is wrong with args, where, what would be accepted, and
// shows one call that would pass.
func (t Tool) invalid(args json.RawMessage, found []schema.Violation) error {
	v := found[0]
	e := ratchet.Errorf(ratchet.CodeInvalid, "%s", sentence(v)).At(v.Pointer)
	if len(v.Allowed) > 0 {
		e.With(ratchet.FieldAllowed, v.Allowed)
	} else if v.Wanted != "" && v.Rule != "required" {
		e.With(ratchet.FieldAllowed, []string{wanted(v)})
	}
	if v.Nearest != "" {
		e.With(ratchet.FieldNearest, v.Nearest)
	}
	if hint, ok := t.Misnomers[strings.TrimPrefix(v.Pointer, "/")]; ok && v.Rule == "additionalProperties" {
		return e.WithHint("%s", hint)
	}
	name := v.Pointer[strings.LastIndexByte(v.Pointer, '/')+1:]
	if form, ok := t.Forms[name]; ok && v.Rule == "type" {
		return e.With(ratchet.FieldExample, map[string]any{name: form.Example}).WithHint("%s", form.Text)
	}
	if name, ok := missingID(args, v); ok {
		return e.WithHint("say in %s which one is meant, and call %s again", name, t.Name)
	}
	if example := t.corrected(args, found); example != nil {
		e.With(ratchet.FieldExample, map[string]any{"name": t.Name, "arguments": example})
		e.WithHint("correct %s and call %s again; example shows a call that passes", place(v), t.Name)
	} else {
		e.WithHint("correct %s and call %s again", place(v), t.Name)
	}
	if len(found) > 1 {
		e.With("violations", found[:min(len(found), 5)])
	}
	return e
}

func sentence(v schema.Violation) string {
	if v.Pointer == "" {
		if v.Rule == "json" {
			return "the arguments are " + v.Message
		}
		return "the arguments: " + v.Message
	}
	name := strings.TrimPrefix(v.Pointer, "/")
	return fmt.Sprintf("argument %s %s", name, v.Message)
}

func wanted(v schema.Violation) string {
	switch v.Rule {
	case "minimum", "minLength", "minItems", "minProperties":
		return ">= " + v.Wanted
	case "maximum", "maxLength", "maxItems", "maxProperties":
		return "<= " + v.Wanted
	default:
		return v.Wanted
	}
}

func place(v schema.Violation) string {
	if v.Pointer == "" {
		return "the arguments"
	}
	return v.Pointer
}

// corrected is args with its violations corrected where that can be guessed, or
// the tool's first example; nil when neither passes the schema.
func (t Tool) corrected(args json.RawMessage, found []schema.Violation) json.RawMessage {
	if slices.ContainsFunc(found, guessed) {
		return nil
	}
	var obj, shown map[string]json.RawMessage
	example := t.exampleWith(found[0].Pointer)
	_ = json.Unmarshal(example, &shown) // examples are valid by law
	if len(args) <= maxExample && json.Unmarshal(args, &obj) == nil && obj != nil {
		if t.Filters != nil && strings.HasPrefix(found[0].Pointer, "/filters") {
			obj["filters"], found = t.conditions(obj["filters"]), nil
		}
		for _, v := range found {
			repair(obj, shown, v)
		}
		t.hide(obj, shown)
		if out, err := json.Marshal(obj); err == nil && t.Input().Validate(out) == nil {
			return out
		}
	}
	if len(example) <= maxExample {
		return example
	}
	return nil
}

// conditions are filters as the tool takes them, made of an object of fields and
// values; of anything else, one condition that shows the form.
func (t Tool) conditions(given json.RawMessage) json.RawMessage {
	var list []ratchet.Filter
	var fields map[string]any
	_ = json.Unmarshal(given, &fields) // no object: see below
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		list = append(list, ratchet.Filter{Field: name, Operator: ratchet.OpEQ, Value: fields[name]})
	}
	if list == nil {
		list = []ratchet.Filter{{Field: t.Filters()[0].Name, Operator: ratchet.OpEQ, Value: "…"}}
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return given
	}
	return raw
}

// confidential says whether a value under this name is not repeated.
func confidential(name string) bool {
	pair := name + ": value0"
	return mask.Secrets(pair) != pair
}

// guessed says whether a correction would have to choose a word: which one may
// decide what is done, or with what rights.
func guessed(v schema.Violation) bool {
	return len(v.Allowed) > 0 && v.Nearest == "" && (v.Rule == "enum" || v.Rule == "type")
}

// missingID says whether nothing is wrong but that the thing to work on is not
// named, and how it would be.
func missingID(args json.RawMessage, v schema.Violation) (name string, missing bool) {
	name = strings.TrimPrefix(v.Pointer, "/")
	return name, v.Rule == "required" && strings.HasSuffix(name, "_id") && !strings.Contains(name, "/") && len(bytes.TrimSpace(args)) > len("{}")
}

// exampleWith is the first example that has the argument a pointer leads to,
// else the first one; nil when there is none.
func (t Tool) exampleWith(pointer string) json.RawMessage {
	name, _, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	for _, ex := range t.Examples {
		if name != "" && schema.Lookup(ex.Args, "/"+name) != nil {
			return ex.Args
		}
	}
	if len(t.Examples) > 0 {
		return t.Examples[0].Args
	}
	return nil
}

// hide keeps what is not for showing out of a corrected call.
func (t Tool) hide(obj, shown map[string]json.RawMessage) {
	for name := range obj {
		switch {
		case !t.Input().WriteOnly(name):
		case shown[name] != nil:
			obj[name] = shown[name]
		default:
			delete(obj, name)
		}
	}
}

// repair corrects one violation of a top-level argument.
func repair(obj, shown map[string]json.RawMessage, v schema.Violation) {
	name := strings.TrimPrefix(v.Pointer, "/")
	if name == "" || strings.Contains(name, "/") {
		return
	}
	text := func(s string) json.RawMessage {
		b, _ := json.Marshal(s) // a string always marshals
		return b
	}
	switch v.Rule {
	case "additionalProperties", "spelling":
		if _, taken := obj[v.Nearest]; v.Nearest != "" && !taken && !confidential(name) {
			obj[v.Nearest] = obj[name]
		}
		delete(obj, name)
	case "required":
		if _, set := obj[name]; !set && shown[name] != nil {
			obj[name] = shown[name]
		}
	case "enum":
		obj[name] = text(v.Nearest) // see guessed
	case "minimum", "maximum":
		obj[name] = json.RawMessage(v.Wanted)
	default:
		switch list := listed(obj[name]); {
		case v.Rule == "type" && v.Wanted == "array" && list != nil:
			obj[name] = list
		case shown[name] != nil:
			obj[name] = shown[name]
		default:
			delete(obj, name)
		}
	}
}

// listed is a text of several values, joined by commas, as a list; nil for
// anything else.
func listed(raw json.RawMessage) json.RawMessage {
	var text string
	if json.Unmarshal(raw, &text) != nil || !strings.Contains(text, ",") {
		return nil
	}
	list, _ := json.Marshal(strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })) // texts can be written
	return list
}

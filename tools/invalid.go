package tools

import (
	"encoding/json"
	"fmt"
	"strings"

	"ratchet"
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

// corrected is args with its violations mended where that can be guessed, or
// the tool's first example; nil when neither passes the schema.
func (t Tool) corrected(args json.RawMessage, found []schema.Violation) json.RawMessage {
	var obj, shown map[string]json.RawMessage
	if len(t.Examples) > 0 {
		_ = json.Unmarshal(t.Examples[0].Args, &shown) // examples are valid by law
	}
	if len(args) <= maxExample && json.Unmarshal(args, &obj) == nil && obj != nil {
		for _, v := range found {
			mend(obj, shown, v)
		}
		t.hide(obj, shown)
		if out, err := json.Marshal(obj); err == nil && t.Input().Validate(out) == nil {
			return out
		}
	}
	if len(t.Examples) > 0 && len(t.Examples[0].Args) <= maxExample {
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

// mend repairs one violation of a top-level argument.
func mend(obj, shown map[string]json.RawMessage, v schema.Violation) {
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
		if _, taken := obj[v.Nearest]; v.Nearest != "" && !taken {
			obj[v.Nearest] = obj[name]
		}
		delete(obj, name)
	case "required":
		if _, set := obj[name]; !set && shown[name] != nil {
			obj[name] = shown[name]
		}
	case "enum":
		if v.Nearest != "" {
			obj[name] = text(v.Nearest)
		} else if len(v.Allowed) > 0 {
			obj[name] = text(v.Allowed[0])
		}
	case "minimum", "maximum":
		obj[name] = json.RawMessage(v.Wanted)
	default:
		if shown[name] != nil {
			obj[name] = shown[name]
		} else {
			delete(obj, name)
		}
	}
}

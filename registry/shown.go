package registry

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"ratchet/schema"
)

// shownTag is what the tags of a field say of what models are shown.
type shownTag struct {
	text     *string  // in place of the description; "-" leaves the argument out, and it is taken all the same
	synonyms []string // values that are taken and not listed
}

// shownTags are the tags shown and synonyms of the fields of a struct, by JSON
// name.
func shownTags(in reflect.Type) map[string]shownTag {
	tags := map[string]shownTag{}
	for _, f := range reflect.VisibleFields(in) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		var tag shownTag
		if text, ok := f.Tag.Lookup("shown"); ok {
			tag.text = &text
		}
		if list, ok := f.Tag.Lookup("synonyms"); ok {
			tag.synonyms = strings.Split(list, ",")
		}
		tags[name] = tag
	}
	return tags
}

// shownArgs is the schema of arguments as models read it: one level deep, each
// property with its type, without bounds that an error reports.
func shownArgs(whole json.RawMessage, tags map[string]shownTag, withVerbose bool) json.RawMessage {
	var s struct {
		Required json.RawMessage `json:"required"`
	}
	mustRead(whole, &s)
	var b bytes.Buffer
	b.WriteString(`{"type":"object","properties":{`)
	for _, p := range schema.Properties(whole) {
		tag := tags[p.Name]
		if tag.text != nil && *tag.text == "-" {
			continue
		}
		property := new(shownProperty)
		mustRead(p.Schema, property)
		if tag.text != nil {
			property.Description = *tag.text
		}
		fmt.Fprintf(&b, "%q:%s,", p.Name, mustWrite(property.short(tag.synonyms)))
	}
	if withVerbose {
		fmt.Fprintf(&b, `%q:{"type":"boolean"},`, verbose)
	}
	b.Truncate(len(bytes.TrimRight(b.Bytes(), ",")))
	b.WriteString(`}`)
	if s.Required != nil {
		fmt.Fprintf(&b, `,"required":%s`, s.Required)
	}
	b.WriteString(`,"additionalProperties":false}`)
	return b.Bytes()
}

// shownProperty is what is shown of the schema of an argument.
type shownProperty struct {
	Type        any              `json:"type"` // a name, or several
	Enum        []any            `json:"enum,omitempty"`
	Items       *shownProperty   `json:"items,omitempty"`
	Default     any              `json:"default,omitempty"`
	Maximum     *json.Number     `json:"maximum,omitempty"`
	Description string           `json:"description,omitempty"`
	AnyOf       []*shownProperty `json:"anyOf,omitempty"`
}

// short is p one level deep. Some providers refuse a list of tools in which one
// property has no type.
func (p *shownProperty) short(synonyms []string) *shownProperty {
	p.Enum = slices.DeleteFunc(p.Enum, func(v any) bool {
		word, _ := v.(string)
		return slices.Contains(synonyms, word)
	})
	if p.Type == nil {
		p.Type = []string{"object", "array", "string", "number", "boolean", "null"}
		if p.AnyOf != nil {
			var types []any
			for _, form := range p.AnyOf {
				types = append(types, form.Type)
			}
			p.Type = types
		}
	}
	p.AnyOf = nil
	if p.Default == float64(0) || p.Enum != nil { // a model need not know which word it gets by giving none
		p.Default = nil
	}
	if p.Items != nil {
		p.Items = p.Items.short(synonyms)
		p.Items.Description = ""
	}
	return p
}

// shownResult is the schema of results as clients are offered it: the types of
// what is there in most of them. What is left out of a result is not required.
func shownResult(t *schema.Type, omits *omission) json.RawMessage {
	var b bytes.Buffer
	b.WriteString(`{"type":"object","properties":{`)
	for _, f := range t.Fields {
		if !f.Required || f.Type.Nullable || f.Type.Kind == "" || omits.leaves(f.Name) {
			continue
		}
		fmt.Fprintf(&b, `%q:{"type":%q},`, f.Name, f.Type.Kind)
	}
	b.Truncate(len(bytes.TrimRight(b.Bytes(), ",")))
	b.WriteString(`}}`)
	return b.Bytes()
}

func mustRead(raw json.RawMessage, into any) {
	if err := json.Unmarshal(raw, into); err != nil {
		panic(fmt.Sprintf("tools: read a schema of ours: %v", err))
	}
}

func mustWrite(v any) json.RawMessage {
	raw, err := Encode(v)
	if err != nil {
		panic(fmt.Sprintf("tools: write a schema: %v", err)) // of parts that were read
	}
	return raw
}

package graphql

import (
	"encoding/json"
	"fmt"
	"slices"

	orderedmap "github.com/pb33f/ordered-map/v2"
)

// jsonSchema is what the adapter reads of a tool's schema.
type jsonSchema struct {
	Type                 typeNames                                   `json:"type"`
	Title                string                                      `json:"title"`
	Description          string                                      `json:"description"`
	Format               string                                      `json:"format"`
	Enum                 []any                                       `json:"enum"`
	Default              json.RawMessage                             `json:"default"`
	Deprecated           bool                                        `json:"deprecated"`
	Properties           *orderedmap.OrderedMap[string, *jsonSchema] `json:"properties"`
	Required             []string                                    `json:"required"`
	Items                *jsonSchema                                 `json:"items"`
	AdditionalProperties json.RawMessage                             `json:"additionalProperties"`
	OneOf                []*jsonSchema                               `json:"oneOf"`
	AnyOf                []*jsonSchema                               `json:"anyOf"`
	Ref                  string                                      `json:"$ref"`
}

// typeNames is the keyword type: one name or several.
type typeNames []string

// UnmarshalJSON reads a name or a list of names.
func (t *typeNames) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*t = typeNames{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(t))
}

// UnmarshalJSON reads true and false as a schema that says nothing.
func (s *jsonSchema) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] != '{' {
		return nil
	}
	type plain jsonSchema
	return json.Unmarshal(data, (*plain)(s))
}

func parseSchema(raw json.RawMessage) (*jsonSchema, error) {
	s := new(jsonSchema)
	if err := json.Unmarshal(raw, s); err != nil {
		return nil, fmt.Errorf("read a tool's schema: %w", err)
	}
	return s, nil
}

// core is the schema without the alternative null, and whether there was one.
func (s *jsonSchema) core() (inner *jsonSchema, nullable bool) {
	for _, forms := range [][]*jsonSchema{s.OneOf, s.AnyOf} {
		if len(forms) != 2 {
			continue
		}
		for i, form := range forms {
			if len(form.Type) == 1 && form.Type[0] == "null" {
				other := *forms[1-i]
				if other.Description == "" {
					other.Description = s.Description
				}
				return &other, true
			}
		}
	}
	if i := slices.Index(s.Type, "null"); i >= 0 && len(s.Type) > 1 {
		other := *s
		other.Type = slices.Delete(slices.Clone(s.Type), i, i+1)
		return &other, true
	}
	return s, false
}

// is says whether the schema wants exactly one type.
func (s *jsonSchema) is(name string) bool { return len(s.Type) == 1 && s.Type[0] == name }

// record says whether the schema is an object with declared keys only.
func (s *jsonSchema) record() bool {
	return s.is("object") && s.Properties != nil && s.Properties.Len() > 0
}

// properties iterates over the declared keys in their order.
func (s *jsonSchema) properties(yield func(string, *jsonSchema) bool) {
	if s.Properties == nil {
		return
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		if !yield(p.Key, p.Value) {
			return
		}
	}
}

// words are the values of an enum when all of them can be names in GraphQL.
func (s *jsonSchema) words() []string {
	if len(s.Enum) == 0 || !s.is("string") {
		return nil
	}
	var out []string
	for _, v := range s.Enum {
		w, ok := v.(string)
		if !ok || !validName(w) || w == "true" || w == "false" || w == "null" {
			return nil
		}
		out = append(out, w)
	}
	return out
}

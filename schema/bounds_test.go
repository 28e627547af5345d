package schema_test

import (
	"encoding/json"
	"strings"
	"testing"

	"ratchet/schema"
)

func TestExceeds(t *testing.T) {
	t.Parallel()
	s, err := schema.Compile(json.RawMessage(`{"type":"object","properties":{
		"text":{"type":"string"}, "list":{"type":"array","items":{"type":"string"}}, "own":{}, "input":{"type":"object"},
		"tree":{"type":"array","items":{"type":"array","items":{"type":"array","items":{"type":"string"}}}},
		"in":{"type":"object","properties":{"a":{"type":"string"}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	bounds := schema.Bounds{Depth: 3, Items: 5, Keys: 6}
	many := `["1","2","3","4","5","6"]`
	for name, c := range map[string]struct{ args, field, rule string }{
		"small":            {`{"text":"a","list":["b"]}`, "", ""},
		"NUL":              {`{"text":"a\u0000"}`, "/text", "nul"},
		"NUL in a list":    {`{"list":["a","\u0000"]}`, "/list/1", "nul"},
		"NUL that is none": {`{"text":"a\\u0000"}`, "", ""},
		"NUL of the user":  {`{"own":"\u0000","input":{"x":"\u0000"}}`, "", ""},
		"items":            {`{"list":` + many + `}`, "/list", "maxItems"},
		"items of one":     {`{"own":` + many + `,"input":{"x":` + many + `}}`, "", ""},
		"keys":             {`{"in":{"a":"1","b":1,"c":1,"d":1,"e":1,"f":1,"g":1}}`, "/in", "maxProperties"},
		"depth":            {`{"tree":[[["a"]]]}`, "/tree/0/0", "depth"},
		"depth of one":     {`{"own":` + strings.Repeat("[", 30) + strings.Repeat("]", 30) + `}`, "", ""},
	} {
		found := s.Exceeds(json.RawMessage(c.args), bounds)
		if (found == nil) != (c.rule == "") || found != nil && (found.Pointer != c.field || found.Rule != c.rule || found.Message == "") {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

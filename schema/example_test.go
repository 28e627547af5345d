package schema_test

import (
	"fmt"

	"ratchet/schema"
)

// Arguments are corrected where that is harmless, then checked.
func Example() {
	s, err := schema.Compile([]byte(`{"type": "object", "properties": {"count": {"type": "integer", "maximum": 10}}, "additionalProperties": false}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	args, notes, _ := s.Coerce([]byte(`{"count": "50"}`))
	fmt.Println(string(args), notes)
	for _, v := range s.Validate(args) {
		fmt.Println(v.Pointer, v.Message)
	}
	// Output:
	// {"count":50} [/count: read the string as number]
	// /count must be at most 10, is 50
}

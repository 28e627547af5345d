// Package schema is JSON Schema as the product uses it: compiling schemas of
// draft-07 and 2020-12, checking values with short messages an agent can act
// on, correcting harmless mismatches first, deriving schemas from Go types, and
// describing them as Type for those who describe or translate values.
//
//	s, err := schema.Compile([]byte(`{"type":"object","properties":{"n":{"type":"integer"}}}`))
//	args, notes, refused := s.Coerce([]byte(`{"n":"5"}`)) // {"n":5}
//	for _, v := range s.Validate(args) {
//		fmt.Println(v.Pointer, v.Message)
//	}
//
// It must not import storage, runtime, executor, tools or server.
package schema

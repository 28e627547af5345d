// Package schema is JSON Schema as the product uses it: compiling schemas of
// draft-07 and 2020-12, checking values with short messages an agent can act
// on, mending harmless mismatches first, and deriving schemas from Go types.
//
//	s, err := schema.Compile([]byte(`{"type":"object","properties":{"n":{"type":"integer"}}}`))
//	args, notes, refused := s.Coerce([]byte(`{"n":"5"}`)) // {"n":5}
//	for _, v := range s.Validate(args) {
//		fmt.Println(v.Pointer, v.Message)
//	}
//
// It must not import storage, runtime, executor, tools or server.
package schema

// Package ratchet holds the nouns of the product: Task, Execution, LogLine,
// Tape, Event, Error and the shapes of a list query. Every other package
// speaks in these types, so this one may import the standard library only.
//
//	task := ratchet.Task{Name: "add", Code: "export default (i) => i.a + i.b"}
//	if task.Name == "" {
//		return ratchet.Errorf(ratchet.CodeInvalid, "name is empty").At("/name")
//	}
package ratchet

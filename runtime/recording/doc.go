// Package recording writes and reads recordings in open forms: a tape as JSON
// lines (events.jsonl), its requests as HAR 1.2, and both with input, output
// and log as a folder.
//
//	err := recording.WriteEvents(w, tape)
//	tape, err := recording.ReadEvents(r)
//	har := recording.HAR(tape, "1.0.0")
//
// It may import the root package and runtime. It must not import storage,
// tools, executor or server.
package recording

// Package spans writes the timed pieces of a run in the formats that profilers
// read: folded stacks, speedscope, pprof and Chrome trace events.
//
//	run := spans.Run{Name: "report", File: "main.ts", Wall: wall, Spans: list}
//	text := spans.Folded(run) // "report;main;fetchAll 1200\n"
//
// It knows nothing of executions or their storage and imports no other package
// of ours.
package spans

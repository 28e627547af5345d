// Package runtime runs one JavaScript or TypeScript task in one goja VM, under
// limits and watched: it compiles, finds the entry point, drives the event
// loop, offers the web APIs, and records the calls to its host
// (Host). Importers that need the standard runtime name it goruntime.
//
//	outcome := runtime.Run(ctx, job, runtime.Hooks{Host: host})
//	if outcome.Err != nil {
//		fmt.Println(outcome.Err.Message, outcome.Err.Line)
//	}
//
// # Replay
//
// Outcome.Tape, completed by Recorder.Merge with what the world answered, is
// the recording of a run. A Job with a Tape follows it:
//
//	job.Mode, job.Tape = runtime.ModeReplay, tape
//	outcome := runtime.Run(ctx, job, runtime.Hooks{Host: secretsOnly})
//	if d := outcome.Followed.Divergence; d != nil {
//		fmt.Println(d.Event, d.Wanted, d.Got, d.Line)
//	}
//
// Seed, clock, the order of timers and replies, and every reply come from the
// tape; no timer is started and nothing is asked, except Host for the values of
// secrets, which are on no tape. The script cannot tell the difference. The
// first difference ends the run with code diverged. A recorded run that was
// ended from outside, or whose recording is incomplete, ends where its tape
// does, with type recording_end and Followed.Cut. Coverage, Profile and the
// debugger's mode combine with a Tape and change nothing a script can see.
// Running the same job again is exact, so stepping back is running again with
// fewer steps.
//
// Fork and ForkAt follow the tape up to an event and go on live. Preload the
// Recorder of a fork with Tape.Before, so that its own recording is whole.
// TapeHost answers by method, URL and occurrence where there is no order.
//
// It must not import storage, tools, executor or server. It is the only
// package (with its children) that may import goja and esbuild.
package runtime

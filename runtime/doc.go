// Package runtime runs one JavaScript or TypeScript task in one goja VM, under
// limits and watched: it compiles, finds the entry point, drives the event
// loop, offers the web APIs, and records what passes the door to the world
// (Host). Importers that need the standard runtime name it goruntime.
//
//	outcome := runtime.Run(ctx, job, runtime.Hooks{Host: host})
//	if outcome.Err != nil {
//		fmt.Println(outcome.Err.Message, outcome.Err.Line)
//	}
//
// It must not import storage, tools, executor or server. It is the only
// package (with its children) that may import goja and esbuild.
package runtime

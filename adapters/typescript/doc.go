// Package typescript writes TypeScript: the declarations of what a task can
// use, the types of tasks' inputs and outputs, and a typed client of the tools.
//
//	files, err := typescript.Generate(typescript.Input{Tools: registry, Tasks: tasks, Version: "1.2.0"})
//	// files: globals.d.ts, tasks.d.ts, client.ts, tsconfig.json
//
//	typescript.Type("AddInput", schema) // type AddInput = {…}
//
// It must not import storage, server, runtime or executor: it knows tools and
// schemas only.
package typescript

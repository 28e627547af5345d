// Package sources reads and writes tasks as files: a folder per task with
// metadata.json, main.js or main.ts, schemas and tests; the same zipped; or a
// single x.js beside x.yaml.
//
//	task, problems, err := sources.Load("tasks/add")
//	for _, p := range problems {
//		fmt.Println(p)
//	}
//
// Nothing outside the folder is read, whatever links and paths say. The
// package must not import tools, executor, storage or the MCP SDK.
package sources

package typescript

import (
	_ "embed" // the declarations of the globals
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"ratchet/registry"
)

//go:embed globals.d.ts
var globals string

//go:embed client.ts
var clientBase string

// Tool is what a client knows of a tool.
type Tool struct {
	Name  string // ratchet_execute_task
	Title string
	Doc   string
	In    json.RawMessage // schema of the arguments, in snake_case
	Out   json.RawMessage // schema of the result, in snake_case; empty = a document
}

// Task is what a caller knows of a task.
type Task struct {
	Name        string
	Description string
	Input       json.RawMessage // schema; empty = any object
	Output      json.RawMessage // schema; empty = any value
}

// ToolsOf lists the tools of a registry, by name.
func ToolsOf(r *registry.Registry) []Tool {
	var list []Tool
	for _, t := range r.List() {
		list = append(list, Tool{Name: t.Name, Title: t.Title, Doc: t.Doc, In: t.In, Out: t.Out})
	}
	return list
}

// File is one generated file.
type File struct {
	Path string // relative, with slashes
	Text string
}

// Generate writes everything: task/ for those who write tasks, client/ for
// those who call tools. Each folder is a TypeScript project of its own, since
// a task's globals differ from those of a browser or Node.js.
func Generate(offered []Tool, tasks []Task, version string) []File {
	types := Tasks(tasks)
	return []File{
		{"task/globals.d.ts", Globals()},
		{"task/tasks.d.ts", types},
		{"task/tsconfig.json", taskConfig},
		{"client/client.ts", Client(offered, version)},
		{"client/tasks.d.ts", types},
		{"client/tsconfig.json", clientConfig},
	}
}

// Globals declares what the JavaScript of a task can use.
func Globals() string { return globals }

// Tasks writes the types of the inputs and outputs of tasks, sorted by name.
func Tasks(tasks []Task) string {
	tasks = slices.Clone(tasks)
	slices.SortFunc(tasks, func(a, b Task) int { return strings.Compare(a.Name, b.Name) })
	var types, table strings.Builder
	taken := map[string]bool{"Tasks": true, "TaskName": true, "Input": true, "Output": true}
	for _, t := range tasks {
		name := typeName(t.Name)
		for i := 2; taken[name] || taken[name+"Input"]; i++ {
			name = typeName(t.Name) + strconv.Itoa(i)
		}
		taken[name], taken[name+"Input"] = true, true
		input, output := t.Input, t.Output
		if len(input) == 0 {
			input = json.RawMessage(`{"type":"object"}`)
		}
		types.WriteString(Type(name+"Input", input) + "\n" + Type(name+"Output", output) + "\n")
		if t.Description != "" {
			comment(&table, "  ", strings.Split(t.Description, "\n"))
		}
		table.WriteString("  " + property(t.Name) + ": { input: " + name + "Input; output: " + name + "Output };\n")
	}
	return tasksHead + types.String() + "/** Every task by its name. */\nexport interface Tasks {\n" + table.String() + "}\n" + tasksFoot
}

const tasksHead = `// The inputs and outputs of the tasks, made by ` + "`ratchet generate types`" + `. Do not edit.

`

const tasksFoot = `
export type TaskName = keyof Tasks;
export type Input<N extends TaskName> = Tasks[N]["input"];
export type Output<N extends TaskName> = Tasks[N]["output"];
`

// What the runtime has of the language: no ECMAScript library beyond these.
const taskConfig = `{
  "compilerOptions": {
    "target": "ES2022",
    "module": "ESNext",
    "moduleResolution": "bundler",
    "lib": ["ES2023", "ES2024.Collection", "ES2024.Object", "ES2024.Promise", "ES2024.String", "ESNext.Array", "ESNext.Disposable", "ESNext.Iterator", "ESNext.Promise", "Decorators"],
    "types": [],
    "strict": true,
    "allowJs": true,
    "checkJs": true,
    "noEmit": true
  }
}
`

const clientConfig = `{
  "compilerOptions": {
    "target": "ES2022",
    "module": "ESNext",
    "moduleResolution": "bundler",
    "lib": ["ES2022", "DOM"],
    "types": [],
    "strict": true,
    "outDir": "dist"
  },
  "files": ["client.ts", "tasks.d.ts"]
}
`

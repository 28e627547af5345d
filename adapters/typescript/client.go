package typescript

import (
	"strings"

	"ratchet"
	"ratchet/casing"
	"ratchet/schema"
)

// Client writes a typed client for the tools, in their order. It calls them
// by POST /api/v1/tools/{name} with names in camelCase.
func Client(offered []Tool, version string) string {
	var types, table, methods strings.Builder
	has := map[string]bool{}
	for _, t := range offered {
		has[t.Name] = true
		short := strings.TrimPrefix(t.Name, "ratchet_")
		method, name := casing.Camel(short), casing.Pascal(short)
		types.WriteString(Type(name+"Input", schema.Camel(t.In)) + "\n")
		if len(t.Out) == 0 {
			types.WriteString("export type " + name + "Output = Document;\n\n")
		} else {
			types.WriteString(Type(name+"Output", schema.Camel(t.Out)) + "\n")
		}
		table.WriteString("  " + property(t.Name) + ": { input: " + name + "Input; output: " + name + "Output };\n")
		comment(&methods, "  ", append([]string{t.Title + "."}, wrap(t.Doc, 100)...))
		arguments := "args: " + name + "Input"
		if !needs(t) {
			arguments += " = {}"
		}
		methods.WriteString("  " + method + "(" + arguments + ", options?: CallOptions): Promise<" + name + "Output> {\n" +
			"    return this.call(" + quote(t.Name) + ", args, options);\n  }\n\n")
	}
	if has[ratchet.ToolExecuteTask] && has[ratchet.ToolGetExecutionStatus] {
		methods.WriteString(runMethod)
	}
	return strings.NewReplacer(
		"/*VERSION*/", version,
		"/*CODES*/", codes(),
		"/*TYPES*/\n", types.String(),
		"/*TOOLS*/\n", table.String(),
		"  /*METHODS*/\n", strings.TrimRight(methods.String(), "\n")+"\n",
	).Replace(clientBase)
}

// needs says whether a tool has an argument that must be given.
func needs(t Tool) bool {
	k := parse(t.In)
	return k == nil || len(words(k, "required")) > 0
}

// codes are the error codes that a server sends.
func codes() string {
	var list []string
	seen := map[string]bool{}
	for _, code := range ratchet.Codes() {
		if wire := code.Wire(); !seen[wire] {
			seen[wire] = true
			list = append(list, quote(wire))
		}
	}
	return strings.Join(list, " | ")
}

// wrap breaks text into lines of at most width bytes where words allow.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// runMethod needs two tools, so it is written only where both are offered.
const runMethod = `  /** Runs a task to its end and returns its output; a run that fails is a RunError. */
  async run<N extends TaskName>(task: N, input: Input<N>, options?: CallOptions): Promise<Output<N>> {
    const started = await this.executeTask({ taskId: task, input: input as Record<string, unknown> }, options);
    let state: { status?: string; output?: unknown } = started;
    while (state.status === "pending" || state.status === "running") {
      options?.signal?.throwIfAborted();
      state = await this.getExecutionStatus({ executionId: started.executionId, wait: 20 }, options);
    }
    if (state.status !== "completed") throw new RunError(started.executionId, state.status ?? "unknown", state);
    return state.output as Output<N>;
  }
`

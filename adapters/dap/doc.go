// Package dap lets an editor steer the debugger by the Debug Adapter Protocol.
// It is a face of the tool ratchet_debug_task_execution: every request of the
// editor becomes a call of the tool, so that it does what the tool does, live
// or on a recording, on this machine or on a server.
//
//	server := dap.Server{Open: open, Task: "greet"}
//	err := server.Serve(ctx, os.Stdin, os.Stdout)
//
// It must not import storage, the executor, the runtime or the MCP SDK.
package dap

// Package tools is what an agent can do: one file holds one tool, made with
// registry.Define, and all.go lists them. What several of them share, such as the view of
// an execution, is in a file named after it.
//
//	all, err := registry.New(tools.All()...)
//
// It must not import server, adapters, runtime/worker, net/http or the MCP SDK.
package tools

// Package registry is what makes a function a tool of every surface. A tool is one value
// made by Define from a Spec, two Go types and a handler; a Registry is a set of them with
// unique names. MCP, REST, GraphQL, the command line and the documentation are functions
// of it, so a handler returns (Out, error) and knows no protocol.
//
//	var Echo = registry.Define(registry.Spec{Name: "ratchet_echo", Effect: registry.Reads, …},
//		func(ctx context.Context, d *registry.Deps, in EchoIn) (EchoOut, error) {
//			return EchoOut{Text: in.Text}, nil
//		})
//
//	all, err := registry.New(Echo)
//	out, err := registry.Invoke(ctx, deps, tool, args)
//
// It knows no tool: those of the product are in package tools. It must not import tools,
// server, adapters, runtime/worker, net/http or the MCP SDK.
package registry

// Package tools is the registry: what an agent can do. A tool is one value
// made by Define from a Spec and a handler; one file holds one tool, all.go
// lists them. MCP, REST, GraphQL, the command line and the documentation are
// functions of this registry, so handlers return (Out, error) and know no
// protocol.
//
//	var Echo = tools.Define(tools.Spec{Name: "ratchet_echo", Effect: tools.Reads, …},
//		func(ctx context.Context, d *tools.Deps, in EchoIn) (EchoOut, error) {
//			return EchoOut{Text: in.Text}, nil
//		})
//
// It must not import server, adapters, runtime/worker, net/http or the MCP SDK.
package tools

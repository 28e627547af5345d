// Package resources answers ratchet:// addresses: tasks with their source and
// tests, executions with log, output and recording, documentation and
// templates; and skill:// addresses: guides as agents load them. Everything is a pure function over storage and the registry; the
// surfaces add paging, subscriptions and wire types.
//
//	src := resources.Source{Store: db, Tools: registry}
//	doc, err := src.Read(ctx, "ratchet://tasks/add/source")
//
// It must not import server, net/http or the MCP SDK.
package resources

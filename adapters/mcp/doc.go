// Package mcp serves a registry of tools over the Model Context Protocol: in both of its
// eras, over HTTP (Handler) and over stdio, with the resources, prompts, skills, tasks and
// the run inspector that go with the tools.
//
//	s, err := mcp.New(ctx, mcp.Config{Version: version, Log: log, ...}, deps, registry)
//	mux.Handle("/mcp", mcp.NewHandler(s, cfg.MCP, draining, streams))
//	err = s.ServeStdio(ctx, os.Stdin, os.Stdout)
//
// The protocol's library answers every method. Plain calls of tools, which are most of the
// traffic, pass by it (fastpath.go): a test holds both to the same answers. What a caller
// may see is decided by the registry and its gates, never here.
//
// It is an adapter: it may import the registry, what agents read, and the parts of the
// server that know who calls and how much they may; not the server, and no other adapter.
package mcp

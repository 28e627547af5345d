// Package openapi describes the HTTP surface of a registry as an OpenAPI 3.1
// document, and serves it with an interactive page that needs no network.
//
//	h, err := openapi.New(openapi.Config{Tools: registry, Version: "1.2.0"})
//	mux.Handle("GET /api-docs/", h)
//	mux.Handle("GET /docs", h)
//	mux.Handle("GET /docs/", h)
//
// What a tool declares (schemas, routes, examples, filters) is all there is to
// know of it: a new tool is in the document without a line here. Operations
// that are no tools, such as logins and event streams, are given as Operation
// values.
//
// It must not import storage or server.
package openapi

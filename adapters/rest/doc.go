// Package rest serves the tools of a registry over HTTP below /api/v1.
//
//	h, err := rest.New(rest.Config{Registry: registry, Deps: deps})
//	mux.Handle("/api/v1/", h)
//
// Every tool is POST /api/v1/tools/{name}; the routes its Spec declares are
// further ways to it. Arguments come from the path, the query, the headers
// and the body; results leave as {data, meta}, errors as {error, statusCode,
// message}. Names are translated between camelCase and the tools' snake_case
// where a schema declares them and nowhere else. Besides tools there are bulk
// calls and streams of live events.
//
// It must not import storage, executor or server.
package rest

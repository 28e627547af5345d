// Package endpoint describes HTTP endpoints that are not tools, such as the login, streams
// of events and the health of the server: each is a value beside its handler, from which
// the server's routes and the OpenAPI document derive.
//
//	endpoint.Mount(mux, endpoint.Endpoint{
//		Operation: endpoint.Read("/live", "live", "Health", "Whether the process lives", endpoint.Object("status!", endpoint.String)),
//		Handler:   http.HandlerFunc(live),
//	})
//
// It imports nothing of ours.
package endpoint

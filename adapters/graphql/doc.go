// Package graphql serves the tools of a registry as a GraphQL API: tools that
// only read are fields of Query, the others of Mutation, and the live events
// of a bus are fields of Subscription. The schema is made from the tools'
// schemas when a Handler is made; there are no resolvers to write.
//
//	h, err := graphql.New(graphql.Config{Registry: registry, Deps: deps})
//	mux.Handle("/graphql", h)
//
// Every call goes through registry.Invoke, so authorisation, limits, audit,
// validation and errors are those of all surfaces. Arguments and results are
// in camelCase where a tool's schemas declare them; what a schema leaves open
// (inputs, outputs, metadata) is the scalar JSON and stays as it is.
//
// It must not import server, storage or executor.
package graphql

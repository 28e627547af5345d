// Package limit keeps callers from taking more than their share: tool calls
// per minute and per day by the caller's tier and role, calls by kind over
// MCP, and calls open at once. It is a gate before every tool call, and HTTP
// middleware for what comes before the caller is known.
//
//	limiter, err := limit.New(limit.Config{Rules: limit.Rules{Tier: "default"}})
//	if err != nil { … } // an unknown tier
//	deps.Gates = append(deps.Gates, limiter)
//	handler = limiter.Wrap(authenticate(limiter.Known(mux)))
//
// A caller without a principal is the owner of the machine (open loopback): it
// has no rates, only a bound on calls at once.
//
// It must not import the server, an adapter or server/auth.
package limit

package graphql

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"ratchet/registry"

	"ratchet"
)

// Config is what a Handler is made from. Registry and Deps are required.
type Config struct {
	Registry *registry.Registry // what is offered
	Deps     *registry.Deps     // what tools are called with; its Bus feeds subscriptions

	// Principal is who sends a request; nil = whoever reaches the server is
	// its owner.
	Principal func(*http.Request) ratchet.Principal
	// Authenticate says who brings the token of a connection_init message. nil
	// = tokens are not read; the principal is that of the upgrade request.
	Authenticate  func(ctx context.Context, token string) (ratchet.Principal, error)
	Introspection bool // answer __schema and __type
	Playground    bool // answer a browser's GET with the page
	AdminOnly     bool // these two are for admins
	// Origins are the origins of other web pages that may open WebSockets,
	// e.g. https://localhost:3000. Pages of the server itself always may.
	Origins []string
	Limits  Limits
	Version string       // of the product, for the page; empty = none
	Log     *slog.Logger // nil = that of Deps
}

// Limits bound what one request may ask for. Zero means the default in
// parentheses.
type Limits struct {
	Depth         int           // nested fields (15)
	Complexity    int           // cost of an operation; see the package's documentation in docs/graphql.md (1000)
	Aliases       int           // names for one field in one selection (10)
	Tokens        int           // words and signs of a document (5000)
	DocumentBytes int           // size of a document (65,536)
	Streams       int           // operations open at once on one WebSocket (100)
	Connections   int           // WebSockets and event streams open at once (1000)
	KeepAlive     time.Duration // between pings of an idle stream (15 s)
	InitTimeout   time.Duration // within which a WebSocket's client sends connection_init (10 s)
}

func (l Limits) withDefaults() Limits {
	set := func(n *int, fallback int) {
		if *n == 0 {
			*n = fallback
		}
	}
	set(&l.Depth, 15)
	set(&l.Complexity, 1000)
	set(&l.Aliases, 10)
	set(&l.Tokens, 5000)
	set(&l.DocumentBytes, 64<<10)
	set(&l.Streams, 100)
	set(&l.Connections, 1000)
	if l.InitTimeout == 0 {
		l.InitTimeout = 10 * time.Second
	}
	if l.KeepAlive == 0 {
		l.KeepAlive = 15 * time.Second
	}
	return l
}

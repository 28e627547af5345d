package openapi

import (
	"ratchet/endpoint"
	"ratchet/registry"
)

// Config says what to describe.
type Config struct {
	Tools      *registry.Registry // every tool that REST serves
	Version    string             // of the product; empty = dev
	Auth       Auth
	Operations []endpoint.Operation // that are no tools; nil = none
}

// Auth says how callers are known.
type Auth struct {
	Required bool   // false = calls without credentials are admitted too
	Issuer   string // of OpenID Connect tokens; empty = none
}

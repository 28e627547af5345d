//go:build conformance

package main

import (
	"ratchet/server"
	"ratchet/server/fixtures"
)

// extend adds what the conformance suite looks for.
func extend(o server.Options) (server.Options, error) {
	own, err := fixtures.Tools()
	o.Tools, o.Resources, o.Prompts = own, fixtures.Resources(), fixtures.Prompts()
	return o, err
}

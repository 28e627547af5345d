//go:build !conformance

package main

import "ratchet/server"

// extend adds nothing: the release offers the product alone.
func extend(o server.Options) (server.Options, error) { return o, nil }

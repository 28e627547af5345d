//go:build !cgo

package storage

// The database engine is a C library. The compiler shows the next line where cgo
// is off, and with it what to do.
var _ = ratchet_needs_cgo_install_gcc_and_build_with_CGO_ENABLED_1

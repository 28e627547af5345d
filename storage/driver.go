//go:build cgo && ((linux && (amd64 || arm64)) || (darwin && arm64))

package storage

import _ "github.com/tursodatabase/go-libsql" // registers the driver "libsql"

//go:build !(linux && (amd64 || arm64)) && !(darwin && arm64)

package storage

// The database engine is built for these platforms. The compiler shows the next
// line on others.
var _ = ratchet_runs_on_linux_amd64_linux_arm64_and_darwin_arm64_only

package main

import (
	"fmt"
	goruntime "runtime"
	"runtime/debug"
)

// version is set by the release build: -ldflags "-X main.version=1.2.3".
var version = "0.1.0-dev"

// build says which program this is.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"` // of the source; empty = built outside a checkout
	Modified bool   `json:"modified,omitempty"` // the checkout had changes
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func thisBuild() build {
	b := build{Version: version, Go: goruntime.Version(), Platform: goruntime.GOOS + "/" + goruntime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value[:min(12, len(s.Value))]
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// String is the version with what else is known, as in
// "0.1.0 (1a2b3c4d5e6f, go1.26.8, linux/amd64)".
func (b build) String() string {
	from := ""
	if b.Revision != "" {
		from = b.Revision
		if b.Modified {
			from += " with changes"
		}
		from += ", "
	}
	return fmt.Sprintf("%s (%s%s, %s)", b.Version, from, b.Go, b.Platform)
}

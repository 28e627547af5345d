package ratchet

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// TaskFile says whether a task may have a file of this name beside its source:
// config.json, and modules and data below lib.
func TaskFile(name string) bool {
	if name == "config.json" {
		return true
	}
	odd := func(r rune) bool { return r < ' ' || r == '\\' || r == 0x7f }
	return strings.HasPrefix(name, "lib/") && fs.ValidPath(name) && !strings.ContainsFunc(name, odd) &&
		slices.Contains([]string{".js", ".ts", ".json", ".txt"}, path.Ext(name))
}

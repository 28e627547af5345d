package runtime

import (
	"maps"
	"slices"
)

// Globals are the names that a task finds beyond the language itself, sorted.
func Globals() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(theModules().globals)), hiddenGlobal)
}

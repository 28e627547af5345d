package regex

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

//go:embed properties.txt
var propertyText string

// properties are the lines of properties.txt by kind and name.
var properties = sync.OnceValue(func() map[string]string {
	table := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(propertyText), "\n") {
		head, ranges, _ := strings.Cut(line, ":")
		kind, names, _ := strings.Cut(head, " ")
		for _, name := range strings.Fields(names) {
			table[kind+" "+name] = ranges
		}
	}
	return table
})

// propertySet finds the characters of a property as it stands between the
// braces; false = there is none of that name.
func propertySet(property string) (set, bool) {
	table := properties()
	name, value, pair := strings.Cut(property, "=")
	kinds := []string{"g", "b"}
	if pair {
		switch name {
		case "Script", "sc":
			kinds = []string{"s"}
		case "Script_Extensions", "scx":
			kinds = []string{"x", "s"}
		case "General_Category", "gc":
			kinds = []string{"g"}
		default:
			return nil, false
		}
		name = value
	}
	for _, kind := range kinds {
		if text, ok := table[kind+" "+name]; ok {
			return readRanges(text), true
		}
	}
	return nil, false
}

// readRanges reads pairs of differences in base 36, as generate.mjs writes them.
func readRanges(text string) set {
	var out set
	at := rune(0)
	for _, item := range strings.Split(text, ",") {
		if item == "" {
			continue
		}
		from, length, _ := strings.Cut(item, ".")
		n, _ := strconv.ParseInt(from, 36, 32)
		m, _ := strconv.ParseInt("0"+length, 36, 32)
		lo := at + rune(n)
		at = lo + rune(m)
		out = append(out, span{lo, at})
	}
	return out
}

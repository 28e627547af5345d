package tools

import (
	"slices"
	"strings"

	"ratchet/schema"
)

// nearest is the tool that an unknown name stands for: by its words, then by
// its spelling; empty = there is none.
func (r *Registry) nearest(name string) string {
	want := toolWords(name)
	best, most := "", 0.5
	for _, t := range r.list {
		for _, known := range append([]string{t.Name}, t.Aliases...) {
			if likeness := schema.Alike(want, toolWords(known)); likeness > most {
				best, most = t.Name, likeness
			}
		}
	}
	if best != "" {
		return best
	}
	return schema.Nearest(name, r.Names())
}

// toolWords are the words of a tool's name in the vocabulary of our own names.
func toolWords(name string) []string {
	words := slices.DeleteFunc(schema.Words(name), func(w string) bool { return w == "ratchet" || w == "mcp" || w == "tool" })
	for i, w := range words {
		for ours, others := range toolVerbs() {
			if slices.Contains(others, w) {
				words[i] = ours
			}
		}
	}
	return words
}

// toolVerbs are words of our tools' names, with what else they are called.
func toolVerbs() map[string][]string {
	return map[string][]string{
		"execute":   strings.Fields("run start invoke call trigger launch exec"),
		"create":    strings.Fields("add new make save register write define publish"),
		"edit":      strings.Fields("update modify change patch set rename"),
		"delete":    strings.Fields("remove drop destroy purge erase"),
		"get":       strings.Fields("read show fetch describe view inspect open load"),
		"list":      strings.Fields("search find browse enumerate query available"),
		"cancel":    strings.Fields("stop kill abort terminate interrupt"),
		"retry":     strings.Fields("rerun repeat restart redo resubmit"),
		"status":    strings.Fields("wait poll await watch progress state"),
		"log":       strings.Fields("output console print"),
		"result":    strings.Fields("return answer"),
		"validate":  strings.Fields("check lint verify compile"),
		"analyze":   strings.Fields("explain diagnose analyse why"),
		"test":      strings.Fields("spec"),
		"debug":     strings.Fields("step breakpoint"),
		"stat":      strings.Fields("statistic metric count summary"),
		"health":    strings.Fields("ping ready alive"),
		"config":    strings.Fields("configuration setting settings option"),
		"execution": strings.Fields("job"),
		"task":      strings.Fields("script function workflow code"),
	}
}

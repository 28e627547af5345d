package registry

import (
	"slices"
	"strings"

	"ratchet/schema"
)

// nearest is the tool that an unknown name stands for: by its words, then by
// its spelling; empty = there is none.
func (r *Registry) nearest(name string) string {
	verbs := toolVerbs()
	want := toolWords(name, verbs)
	best, most := "", 0.5
	for _, t := range r.list {
		for _, known := range append([]string{t.Name}, t.Aliases...) {
			if likeness := schema.Alike(want, toolWords(known, verbs)); likeness > most {
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
func toolWords(name string, verbs map[string]string) []string {
	words := slices.DeleteFunc(schema.Words(name), func(w string) bool { return w == "ratchet" || w == "mcp" || w == "tool" })
	for i, w := range words {
		if ours, ok := verbs[w]; ok {
			words[i] = ours
		}
	}
	return words
}

// toolVerbs are other words for those in our tools' names.
func toolVerbs() map[string]string {
	verbs := map[string]string{}
	for ours, others := range map[string]string{
		"execute":   "run start invoke call trigger launch exec",
		"create":    "add new make save register write define publish",
		"edit":      "update modify change patch set rename",
		"delete":    "remove drop destroy purge erase",
		"get":       "read show fetch describe view inspect open load",
		"list":      "search find browse enumerate query available",
		"cancel":    "stop kill abort terminate interrupt",
		"retry":     "rerun repeat restart redo resubmit",
		"status":    "wait poll await watch progress state",
		"log":       "output console print",
		"result":    "return answer",
		"validate":  "check lint verify compile",
		"analyze":   "explain diagnose analyse why",
		"test":      "spec",
		"debug":     "step breakpoint",
		"stat":      "statistic metric count summary",
		"health":    "ping ready alive",
		"config":    "configuration setting settings option",
		"execution": "job",
		"task":      "script function workflow code",
	} {
		for _, other := range strings.Fields(others) {
			verbs[other] = ours
		}
	}
	return verbs
}

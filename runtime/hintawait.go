package runtime

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	wordsOfLine   = regexp.MustCompile(`[A-Za-z_$][\w$]*`)
	calledFirst   = regexp.MustCompile(`^(?:new\s+)?((?:[\w$]+\.)*([\w$]+))\s*\(`)
	readsResponse = regexp.MustCompile(`\.(?:json|text|arrayBuffer|blob|formData)\(\)\s*;?\s*$`)
)

// hintOfPromise is for a line that reads a variable which holds a promise, since
// it got its value from something asynchronous without await.
func hintOfPromise(source, line string) string {
	seen := map[string]bool{}
	for _, name := range wordsOfLine.FindAllString(line, 20) {
		if seen[name] {
			continue
		}
		seen[name] = true
		for _, m := range regexp.MustCompile(`\b(?:const|let|var)\s+`+regexp.QuoteMeta(name)+`\s*(?::[^=;\n]+)?=\s*([^;\n]+)`).FindAllStringSubmatchIndex(source, 3) {
			value := source[m[2]:m[3]]
			if promised(source, value) {
				at := 1 + strings.Count(source[:m[2]], "\n")
				return fmt.Sprintf("%s is a Promise: write await before %s on line %d.", name, strings.TrimSpace(value), at)
			}
		}
	}
	return ""
}

// promised says whether an expression, as text, gives a promise.
func promised(source, value string) bool {
	if strings.HasPrefix(value, "await ") {
		return false
	}
	if readsResponse.MatchString(value) {
		return true
	}
	m := calledFirst.FindStringSubmatch(value)
	if m == nil {
		return false
	}
	whole, last := m[1], m[2]
	if last == "fetch" || strings.HasPrefix(whole, "Promise.") || whole == "Promise" {
		return true
	}
	declared := `\basync\s+function\s+` + regexp.QuoteMeta(last) + `\b|\b` + regexp.QuoteMeta(last) + `\s*=\s*async\b|\basync\s+` + regexp.QuoteMeta(last) + `\s*\(`
	return regexp.MustCompile(declared).MatchString(source)
}

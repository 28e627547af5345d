// Package mask takes secrets and internals out of text that leaves the server:
// error messages, audit entries, log lines.
//
//	mask.Secrets("Authorization: Bearer eyJhbGci…") // "Authorization: Bearer ***"
//	mask.Internals("open /var/lib/ratchet/ratchet.db: no such file") // "open [path]: no such file"
//
// It recognises what a secret looks like; it cannot know a secret that looks
// like a word. It imports nothing of ours.
package mask

import (
	"regexp"
	"strings"
	"sync"
)

// rule replaces what a pattern finds. A text without the hint is not searched.
type rule struct {
	hints   []string // lower case; one of them must be in the text
	pattern *regexp.Regexp
	with    string
}

// named stands for the replacement of a value that a name announces.
const named = "name: value"

// prose are words that follow the name of an argument in a message about it.
func prose(word string) bool {
	switch word {
	case "a", "an", "argument", "cannot", "expected", "has", "invalid", "is", "may", "missing", "must", "needs", "no", "not",
		"required", "should", "the", "there", "too", "unknown", "want", "was", "***":
		return true
	default:
		return false
	}
}

// secretRules are compiled on first use: most processes never need them.
var secretRules = sync.OnceValue(func() []rule {
	return []rule{
		{[]string{"rk_"}, regexp.MustCompile(`rk_[A-Za-z0-9_-]{16,}`), "rk_***"},
		{[]string{"eyj"}, regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)?`), "***"},
		{[]string{"bearer", "basic", "apikey"}, regexp.MustCompile(`(?i)\b(bearer|basic|apikey)\s+[A-Za-z0-9._~+/=-]{8,}`), "$1 ***"},
		{[]string{"://"}, regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)[^\s/@'"]+@`), "$1***@"},
		{
			[]string{"pass", "pwd", "secret", "token", "key", "authorization", "cookie"},
			regexp.MustCompile(`(?i)("?(?:[a-z0-9_-]*(?:password|passwd|pwd|secret|token)|api[_-]?key|access[_-]?key|private[_-]?key|authorization|(?:set-)?cookie)"?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&"']+)`), named,
		},
		{[]string{"-----begin"}, regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)`), "***"},
	}
})

var internalRules = sync.OnceValue(func() []rule {
	return []rule{
		{[]string{"/"}, regexp.MustCompile(`(^|[\s"'(=:])/(?:home|root|Users|var|tmp|etc|usr|opt|srv|mnt|proc|sys|dev|run|data|private|work)/[^\s"'():,;]*`), "$1[path]"},
		{[]string{`:\`}, regexp.MustCompile(`\b[A-Za-z]:\\[^\s"'():,;]*`), "[path]"},
		{
			[]string{"select", "insert", "update", "delete", "pragma", "create", "drop", "alter"},
			regexp.MustCompile(`\b(?:SELECT\s.+?\sFROM|INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|PRAGMA\s+\w+|(?:CREATE|DROP|ALTER)\s+(?:TABLE|INDEX))\b[^;]*`), "[statement]",
		},
		{[]string{".go:"}, regexp.MustCompile(`\S*\.go:\d+`), "[source]"},
		{[]string{"goroutine "}, regexp.MustCompile(`(?s)goroutine \d+ \[.*`), "[stack]"},
	}
})

// Secrets replaces what looks like a password, a token, a key or the user part
// of an address.
func Secrets(s string) string { return apply(s, secretRules()) }

// Internals replaces absolute paths of the machine, SQL statements and lines of
// stacks, as well as Secrets.
func Internals(s string) string { return apply(Secrets(s), internalRules()) }

func apply(s string, rules []rule) string {
	if s == "" {
		return s
	}
	low := strings.ToLower(s)
	for _, r := range rules {
		for _, hint := range r.hints {
			if strings.Contains(low, hint) {
				if r.with == named {
					s = replaceNamed(s, r.pattern)
				} else {
					s = r.pattern.ReplaceAllString(s, r.with)
				}
				break
			}
		}
	}
	return s
}

// replaceNamed masks the second group of what pattern finds, unless it is a
// word of a sentence.
func replaceNamed(s string, pattern *regexp.Regexp) string {
	var b strings.Builder
	last := 0
	for _, at := range pattern.FindAllStringSubmatchIndex(s, -1) {
		if prose(s[at[4]:at[5]]) {
			continue
		}
		b.WriteString(s[last:at[4]])
		b.WriteString("***")
		last = at[5]
	}
	return b.String() + s[last:]
}

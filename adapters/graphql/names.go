package graphql

import (
	"regexp"
	"strings"

	"ratchet/registry"

	"ratchet/casing"
)

var (
	namePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$|^_[A-Za-z0-9][A-Za-z0-9_]*$`)
	toolPattern = regexp.MustCompile(`ratchet_[a-z_]*[a-z]`)
)

func validName(s string) bool { return namePattern.MatchString(s) }

// fieldOf is the field every tool has: its name in camelCase.
func fieldOf(tool string) string {
	return casing.Camel(strings.TrimPrefix(tool, "ratchet_"))
}

// typeStem is the name of a tool's own types without an ending.
func typeStem(tool string) string {
	return casing.Pascal(strings.TrimPrefix(tool, "ratchet_"))
}

// shortDoc replaces names of tools and arguments in a text by those of GraphQL.
func shortDoc(doc string) string {
	return toolPattern.ReplaceAllStringFunc(doc, fieldOf)
}

// typeName is a Go type's name as that of a GraphQL type.
func typeName(title string) string {
	title, _, _ = strings.Cut(title, "[")
	for _, ending := range []string{"Item", "View"} {
		if cut := strings.TrimSuffix(title, ending); cut != "" {
			title = cut
		}
	}
	for _, ending := range []string{"Out", "In"} {
		if cut, ok := strings.CutSuffix(title, ending); ok && cut != "" {
			title = cut + map[string]string{"Out": "Result", "In": "Input"}[ending]
		}
	}
	if title == "" {
		return ""
	}
	title = strings.ToUpper(title[:1]) + title[1:]
	if !validName(title) {
		return ""
	}
	return title
}

// isID says whether a key holds an id.
func isID(key string) bool { return key == "id" || key == "uuid" || strings.HasSuffix(key, "_id") }

// isTime says whether a key holds a time.
func isTime(key string) bool {
	switch key {
	case "at", "time", "timestamp", "since", "until":
		return true
	}
	return strings.HasSuffix(key, "_at")
}

// describe makes a description of a key for people where its schema has none.
func describe(key, description string) string {
	if description != "" {
		return sentence(shortDoc(description))
	}
	words := strings.Split(strings.Trim(key, "_"), "_")
	unit := ""
	if last := len(words) - 1; last > 0 {
		switch words[last] {
		case "ms":
			unit, words = " in milliseconds", words[:last]
		case "bytes":
			unit, words = " in bytes", words[:last]
		case "at":
			unit, words = "", append([]string{"time", "of:"}, words[:last]...)
		case "id", "uuid":
			words = append([]string{strings.ToUpper(words[last]), "of", "the"}, words[:last]...)
		}
	}
	return sentence(strings.Join(words, " ") + unit)
}

// sentence starts a text in upper case and ends it with a point.
func sentence(text string) string {
	if text == "" {
		return "A value."
	}
	if word, _, _ := strings.Cut(text, " "); !strings.ContainsAny(word, "_.:0123456789{") {
		text = strings.ToUpper(text[:1]) + text[1:]
	}
	if strings.ContainsAny(text[len(text)-1:], ".!?…") {
		return text
	}
	return text + "."
}

// readsOnly says whether a tool belongs to Query.
func readsOnly(t registry.Tool) bool { return t.Effect == registry.Reads && !t.Executes }

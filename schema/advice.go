package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Note is something in a schema that its author most likely did not mean,
// although the schema compiles.
type Note struct {
	Pointer string // into the schema
	Message string
}

// maxNotes bounds the notes on one schema.
const maxNotes = 5

// Advice looks for keywords and formats that JSON Schema does not know, and
// for objects without any keyword: a validator ignores them in silence.
func Advice(raw json.RawMessage) []Note {
	doc, err := decode(raw)
	if err != nil {
		return nil
	}
	a := adviser{known: keywords()}
	a.schema(nil, doc)
	return a.notes
}

// maxUnknownKeywords bounds the keys for which the nearest keyword is looked for.
const maxUnknownKeywords = 500

type adviser struct {
	known   map[string]keywordKind
	unknown int // keys seen that are no keywords
	notes   []Note
}

func (a *adviser) note(at []string, format string, args ...any) {
	if len(a.notes) < maxNotes {
		a.notes = append(a.notes, Note{pointer(at), fmt.Sprintf(format, args...)})
	}
}

func (a *adviser) schema(at []string, v any) {
	o, ok := v.(map[string]any)
	if !ok || len(a.notes) == maxNotes {
		return
	}
	if a.bare(at, o) {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(o)) {
		a.keyword(append(at, key), key, o[key])
	}
}

// bare says that an object has members and no keyword: most likely they are
// the properties of what was to be described.
func (a *adviser) bare(at []string, o map[string]any) bool {
	if len(o) == 0 {
		return false
	}
	for key, value := range o {
		_, isObject := value.(map[string]any)
		if _, known := a.known[key]; known || strings.HasPrefix(key, "$") || !isObject {
			return false
		}
	}
	names := slices.Sorted(maps.Keys(o))
	if len(names) > 3 {
		names = append(names[:3], "…")
	}
	a.note(at, "has no keyword of JSON Schema, so it accepts anything; did you mean {type: object, properties: {%s}}?", strings.Join(names, ", "))
	return true
}

func (a *adviser) keyword(at []string, key string, value any) {
	kind, known := a.known[key]
	if len(a.notes) == maxNotes {
		return
	}
	if !known {
		if a.unknown++; a.unknown > maxUnknownKeywords {
			return
		}
		if near := keywordFor(key); near != "" {
			a.note(at, "is not a keyword of JSON Schema and checks nothing; did you mean %s?", near)
		}
		return
	}
	switch kind {
	case oneSchema:
		a.schema(at, value)
	case schemasByName:
		named, _ := value.(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(named)) {
			a.schema(append(at, name), named[name])
		}
	case listOfSchemas:
		a.list(at, value)
	case schemaOrList:
		a.schema(at, value)
		a.list(at, value)
	case formatName:
		if text, ok := value.(string); ok {
			a.format(at, text)
		}
	}
}

func (a *adviser) list(at []string, value any) {
	list, _ := value.([]any)
	for i, v := range list {
		a.schema(append(at, strconv.Itoa(i)), v)
	}
}

func (a *adviser) format(at []string, name string) {
	if slices.Contains(formats(), name) {
		return
	}
	if near := formatFor(name); near != "" {
		a.note(at, "names the format %q, which is not known and checks nothing; did you mean %s?", name, near)
		return
	}
	a.note(at, "names the format %q, which is not known and checks nothing; use pattern", name)
}

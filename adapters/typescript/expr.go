package typescript

import (
	"slices"
	"strings"
)

// expr is a type as text.
type expr struct {
	text  string
	joint string // the operator that joins its parts: empty, & or |
}

// unknown is the type of what cannot be said.
func unknown() expr { return expr{text: "unknown"} }

// in is the type inside an intersection.
func (e expr) in() string {
	if e.joint == "|" {
		return "(" + e.text + ")"
	}
	return e.text
}

// tight is the type before a suffix.
func (e expr) tight() string {
	if e.joint != "" {
		return "(" + e.text + ")"
	}
	return e.text
}

// union joins types; one that is unknown makes all of it unknown.
func union(parts []expr) expr {
	var texts []string
	for _, p := range parts {
		if p.text == "unknown" {
			return p
		}
		if !slices.Contains(texts, p.text) {
			texts = append(texts, p.text)
		}
	}
	switch len(texts) {
	case 0:
		return unknown()
	case 1:
		return expr{texts[0], parts[0].joint}
	}
	return expr{strings.Join(texts, " | "), "|"}
}

// intersection joins types; what is unknown adds nothing.
func intersection(parts []expr) expr {
	var kept []expr
	for _, p := range parts {
		if p.text != "unknown" && !slices.Contains(kept, p) {
			kept = append(kept, p)
		}
	}
	switch len(kept) {
	case 0:
		return unknown()
	case 1:
		return kept[0]
	}
	texts := make([]string, len(kept))
	for i, p := range kept {
		texts[i] = p.in()
	}
	return expr{strings.Join(texts, " & "), "&"}
}

// Package docs has the pages of this folder that agents read too, as
// ratchet://docs/… and as skills. There is one text of each: people read the
// file, agents the same bytes.
//
//	text := docs.Page("tasks")
//
// It must not import anything of ours.
package docs

import (
	"embed"
	"regexp"
)

//go:embed tasks.md javascript.md effects.md secrets.md errors.md
var files embed.FS

var link = regexp.MustCompile(`\[([^\]]+)\]\(([a-z-]+)\.md(#[a-z-]+)?\)`)

// Page is the text of a page by its name, without ".md"; empty when there is
// no such page here. Links to pages that agents can read are their addresses;
// of links to others the text is left.
func Page(name string) string {
	text, err := files.ReadFile(name + ".md")
	if err != nil {
		return ""
	}
	return link.ReplaceAllStringFunc(string(text), func(found string) string {
		part := link.FindStringSubmatch(found)
		if _, err := files.ReadFile(part[2] + ".md"); err != nil {
			return part[1]
		}
		return "[" + part[1] + "](ratchet://docs/" + part[2] + ")"
	})
}

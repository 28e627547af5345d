package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	docsLink  = regexp.MustCompile(`!?\[[^\]]*\]\(([^)\s]+)\)`)
	docsTitle = regexp.MustCompile(`(?m)^#+ (.+)$`)
	docsFence = regexp.MustCompile("(?ms)^```.*?^```$")
	notInID   = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// TestDocsLinks follows every relative link of the documentation to its file
// and heading.
func TestDocsLinks(t *testing.T) {
	headings := map[string]map[string]bool{}
	for _, page := range append(pagesOfDocs(t), "../../CHANGELOG.md") {
		for _, found := range docsLink.FindAllStringSubmatch(withoutCode(t, page), -1) {
			if strings.Contains(found[1], "://") || strings.HasPrefix(found[1], "mailto:") {
				continue
			}
			name, id, _ := strings.Cut(found[1], "#")
			target := page
			if name != "" {
				target = filepath.Join(filepath.Dir(page), name)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which is not there", page, found[1])
				continue
			}
			if id == "" {
				continue
			}
			if headings[target] == nil {
				headings[target] = idsOf(withoutCode(t, target))
			}
			if !headings[target][id] {
				t.Errorf("%s links to %s: there is no such heading", page, found[1])
			}
		}
	}
}

// TestDocsIndex: every page is in the index, but for single decisions.
func TestDocsIndex(t *testing.T) {
	index := withoutCode(t, "../../docs/README.md")
	for _, page := range pagesOfDocs(t) {
		name, inDocs := strings.CutPrefix(page, "../../docs/")
		if inDocs && name != "README.md" && !strings.HasPrefix(name, "decisions/") && !strings.Contains(index, "("+name+")") {
			t.Errorf("docs/README.md does not link to %s", name)
		}
	}
}

func withoutCode(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return docsFence.ReplaceAllString(string(text), "")
}

// idsOf are the anchors of a page as GitHub makes them.
func idsOf(text string) map[string]bool {
	ids := map[string]bool{}
	for _, title := range docsTitle.FindAllStringSubmatch(text, -1) {
		ids[strings.ReplaceAll(notInID.ReplaceAllString(strings.ToLower(title[1]), ""), " ", "-")] = true
	}
	return ids
}

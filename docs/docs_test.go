package docs_test

import (
	"os"
	"strings"
	"testing"

	"ratchet/docs"
)

// TestPage: agents read the file, with addresses they can read in its links.
func TestPage(t *testing.T) {
	file, err := os.ReadFile("tasks.md")
	if err != nil {
		t.Fatal(err)
	}
	page := docs.Page("tasks")
	if got, want := strings.Count(page, "\n"), strings.Count(string(file), "\n"); got != want {
		t.Errorf("the page has %d lines, the file %d", got, want)
	}
	if strings.Contains(page, ".md)") || !strings.Contains(page, "(ratchet://docs/effects)") {
		t.Errorf("the page links to files: %s", page)
	}
	if strings.Contains(docs.Page("errors"), "rest.md") || !strings.Contains(docs.Page("errors"), "(rest)") {
		t.Error("a link to a page that agents do not have is more than its text")
	}
	if docs.Page("../README") != "" {
		t.Error("there is a page outside of the folder")
	}
}

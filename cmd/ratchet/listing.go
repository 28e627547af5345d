package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	"golang.org/x/term"
)

// usualWidth is of terminals that do not say theirs.
const usualWidth = 80

// terminalWidth is the width of w in characters; 0 = it is no terminal.
func terminalWidth(w io.Writer) int {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) { //nolint:gosec // a descriptor
		return 0
	}
	if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 { //nolint:gosec // a descriptor
		return width
	}
	return usualWidth
}

// isListing says whether the result of a tool is shown as a list for people.
func (a *app) isListing(tool string) bool {
	return strings.Contains(tool, "list_") && a.format == "" && !a.asJSON && terminalWidth(a.stdout) > 0
}

var (
	uuids   = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	instant = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$`)
)

// column is one of a listing.
type column struct {
	name  string
	cells []string
	width int
}

// toListing shows the rows of a list with the columns that hold something and
// fit; left are the others. ok is false when data is no list.
func toListing(data []byte, width int) (text []byte, left []string, ok bool) {
	var doc yaml.Node
	if yaml.Unmarshal(escapeControls(data), &doc) != nil || len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, nil, false
	}
	top := doc.Content[0]
	for i := 0; i+1 < len(top.Content); i += 2 {
		switch list := top.Content[i+1]; {
		case list.Kind == yaml.SequenceNode && len(list.Content) == 0:
			return []byte("no " + plain(top.Content[i].Value) + "\n"), nil, true
		case isRows(list):
			shown, left := fitting(columnsOf(list), width)
			return writeColumns(shown, len(list.Content)), left, true
		}
	}
	return nil, nil, false
}

// columnsOf are the columns of rows. Values that are lists or objects, and long
// identifiers besides id, are left out.
func columnsOf(list *yaml.Node) []*column {
	var all []*column
	for n, row := range list.Content {
		for i := 0; i+1 < len(row.Content); i += 2 {
			name, value := row.Content[i].Value, row.Content[i+1]
			at := slices.IndexFunc(all, func(c *column) bool { return c.name == name })
			if at < 0 {
				at = len(all)
				all = append(all, &column{name: name, cells: make([]string, len(list.Content)), width: utf8.RuneCountInString(name)})
			}
			c := all[at]
			if value.Kind != yaml.ScalarNode || value.Tag == "!!null" || name != "id" && uuids.MatchString(value.Value) {
				continue
			}
			c.cells[n] = instant.ReplaceAllString(cell(value), "$1 $2")
			c.width = max(c.width, utf8.RuneCountInString(c.cells[n]))
		}
	}
	return all
}

// fitting are the columns that fit beside each other, and the names of the others.
func fitting(all []*column, width int) (shown []*column, left []string) {
	used := 0
	for _, c := range all {
		switch {
		case !slices.ContainsFunc(c.cells, func(text string) bool { return text != "" }):
			left = append(left, c.name)
		case len(shown) > 0 && used+c.width > width:
			left = append(left, c.name)
		default:
			shown = append(shown, c)
			used += c.width + 2
		}
	}
	return shown, left
}

func writeColumns(columns []*column, rows int) []byte {
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for n := -1; n < rows; n++ {
		cells := make([]string, len(columns))
		for i, c := range columns {
			if cells[i] = plain(c.name); n >= 0 {
				cells[i] = c.cells[n]
			}
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	w.Flush() //nolint:errcheck // a buffer takes everything
	return out.Bytes()
}

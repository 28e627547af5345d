package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// cellWidth bounds a cell of a table; --format json has everything.
const cellWidth = 60

// toTable shows JSON for people: names and values, and a table for every list
// of objects.
func toTable(data []byte) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(escapeControls(data), &doc); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if len(doc.Content) == 0 {
		return nil, nil
	}
	node := doc.Content[0]
	switch {
	case node.Kind == yaml.MappingNode:
		writePairs(&out, node)
	case isRows(node):
		writeRows(&out, node)
	default:
		fmt.Fprintln(&out, cell(node))
	}
	return out.Bytes(), nil
}

func writePairs(out *bytes.Buffer, node *yaml.Node) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for i := 0; i+1 < len(node.Content); i += 2 {
		if name, value := node.Content[i], node.Content[i+1]; !isRows(value) {
			fmt.Fprintf(w, "%s\t%s\n", plain(name.Value), cell(value))
		}
	}
	w.Flush() //nolint:errcheck // a buffer takes everything
	for i := 0; i+1 < len(node.Content); i += 2 {
		if name, value := node.Content[i], node.Content[i+1]; isRows(value) {
			fmt.Fprintf(out, "\n%s\n", strings.ToUpper(plain(name.Value)))
			writeRows(out, value)
		}
	}
}

// isRows says whether a node is a list of objects.
func isRows(node *yaml.Node) bool {
	return node.Kind == yaml.SequenceNode && len(node.Content) > 0 &&
		!slices.ContainsFunc(node.Content, func(row *yaml.Node) bool { return row.Kind != yaml.MappingNode })
}

func writeRows(out *bytes.Buffer, list *yaml.Node) {
	var columns []string
	rows := make([]map[string]string, 0, len(list.Content))
	for _, node := range list.Content {
		row := map[string]string{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			name := node.Content[i].Value
			row[name] = cell(node.Content[i+1])
			if !slices.Contains(columns, name) {
				columns = append(columns, name)
			}
		}
		rows = append(rows, row)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, plain(strings.Join(columns, "\t")))
	for _, row := range rows {
		cells := make([]string, len(columns))
		for i, name := range columns {
			cells[i] = row[name]
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	w.Flush() //nolint:errcheck // a buffer takes everything
}

// cell is a value on one line, cut where it is long.
func cell(node *yaml.Node) string {
	text := node.Value
	if node.Kind != yaml.ScalarNode {
		var value any
		if err := node.Decode(&value); err == nil {
			data, _ := json.Marshal(value)
			text = string(data)
		}
	}
	text = plain(strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(text))
	if utf8.RuneCountInString(text) > cellWidth {
		text = string([]rune(text)[:cellWidth-1]) + "…"
	}
	return text
}

package config

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"ratchet"
)

// lines are the lines of a file by key.
type lines map[string]int

// line is the line of a key in a file, or of the section it is in; 0 = unknown.
func (l *loader) line(origin, key string) int {
	known := l.lines[origin]
	for {
		if line, ok := known[key]; ok {
			return line
		}
		at := strings.LastIndex(key, delimiter)
		if at < 0 {
			return 0
		}
		key = key[:at]
	}
}

// parseYAML reads the text of a file of keys.
func parseYAML(path string, text []byte) (map[string]any, lines, *ratchet.Error) {
	var tree map[string]any
	var doc yaml.Node
	err := yaml.Unmarshal(text, &doc)
	if err == nil {
		err = doc.Decode(&tree)
	}
	if err != nil {
		return nil, nil, ratchet.Errorf(ratchet.CodeConfig, "%s is not YAML: %s", path, strings.TrimPrefix(err.Error(), "yaml: ")).Wrap(err)
	}
	found := lines{}
	for _, root := range doc.Content {
		found.read(root, "")
	}
	return tree, found, nil
}

// read notes the keys that are written below a node. Aliases are not followed:
// what they stand for is found by the key that has them.
func (found lines) read(node *yaml.Node, prefix string) {
	if node.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		found[prefix+name.Value] = name.Line
		found.read(value, prefix+name.Value+delimiter)
	}
}

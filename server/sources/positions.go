package sources

import (
	"bytes"
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"
)

// positions finds the line of every key of a JSON or YAML object, by dotted
// path: http.timeout. Text that cannot be read has none.
func positions(data []byte) map[string]int {
	lines := map[string]int{}
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '{' && json.Valid(trimmed) {
		decoder := json.NewDecoder(bytes.NewReader(data))
		walkJSON(decoder, data, "", lines)
		return lines
	}
	var doc yaml.Node
	if yaml.Unmarshal(data, &doc) == nil && len(doc.Content) > 0 {
		walkYAML(doc.Content[0], "", lines)
	}
	return lines
}

// walkJSON reads one value of valid JSON.
func walkJSON(decoder *json.Decoder, data []byte, prefix string, lines map[string]int) {
	token, err := decoder.Token()
	if err != nil {
		return
	}
	open, ok := token.(json.Delim)
	if !ok {
		return
	}
	for decoder.More() {
		path := ""
		if open == '{' {
			key, err := decoder.Token()
			if err != nil {
				return
			}
			name, _ := key.(string)
			path = prefix + name
			lines[path] = bytes.Count(data[:decoder.InputOffset()], []byte("\n")) + 1
			path += "."
		}
		walkJSON(decoder, data, path, lines)
	}
	_, _ = decoder.Token() // the closing bracket
}

func walkYAML(node *yaml.Node, prefix string, lines map[string]int) {
	if node.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		path := prefix + node.Content[i].Value
		lines[path] = node.Content[i].Line
		walkYAML(node.Content[i+1], path+".", lines)
	}
}

// line is where a key is; the nearest group around it when it is not itself there.
func (l *loader) line(path string) int {
	for {
		if line, ok := l.keys[path]; ok {
			return line
		}
		dot := strings.LastIndexByte(path, '.')
		if dot < 0 {
			return 0
		}
		path = path[:dot]
	}
}

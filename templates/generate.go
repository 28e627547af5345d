package templates

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"ratchet"
)

var (
	placeholder = regexp.MustCompile(`\{\{([a-z_]+)\}\}`)
	// inJSON also takes the quotes that keep the file itself valid JSON.
	inJSON = regexp.MustCompile(`"\{\{([a-z_]+)\}\}"`)
)

// Generate makes a task of this template: not stored, ready for create_task.
// An empty description means the template's. The returned map holds every
// parameter with the value used, defaults included.
func (t Template) Generate(name, description string, params map[string]json.RawMessage) (ratchet.Task, map[string]any, error) {
	values, err := t.resolve(params)
	if err != nil {
		return ratchet.Task{}, nil, err
	}
	if description == "" {
		description = t.Description
	}
	metadata, err := t.fillMetadata(values)
	if err != nil {
		return ratchet.Task{}, nil, err
	}
	task := ratchet.Task{
		Name: name, Label: name, Version: "0.1.0", Description: description,
		Category: t.Category, Tags: t.Tags, Enabled: true, Language: t.language,
		Code: t.fillCode(values), InputSchema: t.input, OutputSchema: t.output, Metadata: metadata,
	}
	for _, text := range t.tests {
		var test ratchet.TestCase
		if err := json.Unmarshal([]byte(fillJSON(text, values)), &test); err != nil {
			return ratchet.Task{}, nil, fmt.Errorf("fill a test of template %s: %w", t.Name, err)
		}
		task.Tests = append(task.Tests, test)
	}
	used := make(map[string]any, len(values))
	for key, value := range values {
		used[key] = value
	}
	return task, used, nil
}

func (t Template) fillCode(values map[string]json.RawMessage) string {
	code := placeholder.ReplaceAllStringFunc(t.code, func(match string) string {
		value := values[strings.Trim(match, "{}")]
		if value[0] == '{' {
			return objectLiteral(value)
		}
		return string(value)
	})
	var function string
	if json.Unmarshal(values["function_name"], &function) == nil && function != "main" {
		code += fmt.Sprintf("\nexport { main, main as %s };\n", function)
	}
	return code
}

// objectLiteral is value as a JavaScript expression. In a program, unlike in
// JSON, {"__proto__": …} sets the prototype, so such an object is parsed.
func objectLiteral(value json.RawMessage) string {
	if !strings.Contains(string(value), "_") {
		return string(value)
	}
	quoted, err := json.Marshal(string(value))
	if err != nil {
		panic(err) // a string always marshals
	}
	return "JSON.parse(" + string(quoted) + ")"
}

// fillJSON replaces placeholders in JSON text, keys included.
func fillJSON(text string, values map[string]json.RawMessage) string {
	return inJSON.ReplaceAllStringFunc(text, func(match string) string {
		return string(values[strings.Trim(match, `"{}`)])
	})
}

func (t Template) fillMetadata(values map[string]json.RawMessage) (json.RawMessage, error) {
	metadata := map[string]any{}
	if t.metadata != "" {
		if err := json.Unmarshal([]byte(fillJSON(t.metadata, values)), &metadata); err != nil {
			return nil, fmt.Errorf("fill the metadata of template %s: %w", t.Name, err)
		}
	}
	if string(values["auth_type"]) == `"none"` {
		delete(metadata, "secrets") // it would have to be granted
	}
	metadata["timeout"] = t.runTimeout(values)
	metadata["custom"] = mergeCustom(metadata["custom"], map[string]any{"template": t.Name})
	data, err := json.Marshal(metadata)
	if err != nil {
		return nil, fmt.Errorf("write the metadata of template %s: %w", t.Name, err)
	}
	return data, nil
}

// runTimeout is the limit of a run in seconds. The timeout of http_api_call
// bounds one request, so a run with retries gets time for all of them and
// for the waits in between, up to the usual limit.
func (t Template) runTimeout(values map[string]json.RawMessage) int {
	timeout, retries := number(values["timeout"]), number(values["retries"])
	if t.Name != "http_api_call" {
		return timeout
	}
	return min(300, (retries+1)*timeout+retries*20+5)
}

func number(value json.RawMessage) int {
	var n float64
	if json.Unmarshal(value, &n) != nil {
		return 0 // not a parameter of this template
	}
	return int(n)
}

func mergeCustom(old any, more map[string]any) map[string]any {
	if values, ok := old.(map[string]any); ok {
		for key, value := range values {
			if value != "" {
				more[key] = value
			}
		}
	}
	return more
}

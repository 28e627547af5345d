package main

import (
	"bytes"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestPrint_controlCharacters(t *testing.T) {
	value := map[string]any{"text": "a\x1b[2Jb\x7f\u0085\u202ec", "list": []map[string]any{{"k\x1b": "\x1b]0;t\x07"}}}
	for _, format := range []string{"table", "yaml"} {
		var out bytes.Buffer
		a := &app{stdout: &out, format: format}
		if err := a.print(value); err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		if i := strings.IndexFunc(out.String(), func(r rune) bool { return isControl(r) && r != '\n' }); i >= 0 {
			t.Errorf("%s: a control character at %d of %q", format, i, out.String())
		}
		var back map[string]any
		if format == "yaml" && (yaml.Unmarshal(out.Bytes(), &back) != nil || back["text"] != value["text"]) {
			t.Errorf("read back as %q", back["text"])
		}
		if !strings.Contains(out.String(), "[2Jb") {
			t.Errorf("%s: %q", format, out.String())
		}
	}
	var out bytes.Buffer
	(&app{stdout: &out}).printText("one\n\x1b[31mtwo")
	if got := out.String(); got != "one\n\\u001b[31mtwo\n" {
		t.Errorf("%q", got)
	}
}

package sources

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ratchet/schema"
)

// Problem is one thing wrong with a task's files. A task with an error is
// still returned, as far as it could be read.
type Problem struct {
	File     string `json:"file"`           // relative to the folder
	Line     int    `json:"line,omitempty"` // from 1; 0 = the whole file
	Severity string `json:"severity"`       // error or warning
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
}

// String is the problem as one line: file:line: severity: message (hint).
func (p Problem) String() string {
	where := p.File
	if p.Line > 0 {
		where = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	text := fmt.Sprintf("%s: %s: %s", where, p.Severity, p.Message)
	if p.Hint != "" {
		text += " (" + p.Hint + ")"
	}
	return text
}

// Failed says whether any of problems is an error.
func Failed(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return p.Severity == "error" })
}

// Unusable says whether any of problems is an error of more than a test: without
// the test the task can be loaded.
func Unusable(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool {
		return p.Severity == "error" && !strings.HasPrefix(p.File, "tests/") && !strings.HasPrefix(p.File, "test-")
	})
}

// lineOf is the line of a JSON error in data, 0 when it has no place.
func lineOf(data []byte, err error) int {
	offset := int64(-1)
	var syntax *schema.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = int64(syntax.Offset)
	case errors.As(err, &kind):
		offset = kind.Offset
	}
	if offset < 0 || offset > int64(len(data)) {
		return 0
	}
	return bytes.Count(data[:offset], []byte("\n")) + 1
}

package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"ratchet/registry"

	"ratchet"
	"ratchet/schema"
)

// TestCaseIn is a test case as an argument.
type TestCaseIn struct {
	Name           string                 `json:"name" jsonschema:"minLength=1,maxLength=200"`
	Description    string                 `json:"description,omitempty"`
	Tags           []string               `json:"tags,omitempty"`
	Input          json.RawMessage        `json:"input" jsonschema_description:"input of the run"`
	ExpectedOutput json.RawMessage        `json:"expected_output,omitempty" jsonschema_description:"wanted output"`
	Expected       json.RawMessage        `json:"expected,omitempty" jsonschema_description:"same as expected_output"`
	Match          string                 `json:"match,omitempty" jsonschema:"enum=exact,enum=subset,enum=schema,enum=types" jsonschema_description:"how the output is compared; default exact"`
	ShouldFail     bool                   `json:"should_fail,omitempty" jsonschema_description:"the run has to fail"`
	ExpectedError  *ratchet.ExpectedError `json:"expected_error,omitempty" jsonschema_description:"type, message (text or /regex/) or status of the failure; with should_fail"`
	Mock           json.RawMessage        `json:"mock,omitempty" jsonschema:"type=object" jsonschema_description:"{http: [{url, method, response, …}], time, random, secrets}; takes the run offline"`
	TimeoutMS      int                    `json:"timeout_ms,omitempty" jsonschema:"minimum=1"`
	Skip           bool                   `json:"skip,omitempty"`
	Only           bool                   `json:"only,omitempty"`
}

// testCases reads test cases; pointer says where they came from.
func testCases(in []TestCaseIn, pointer string) ([]ratchet.TestCase, error) {
	out := make([]ratchet.TestCase, len(in))
	names := map[string]bool{}
	for i, c := range in {
		at := fmt.Sprintf("%s/%d", pointer, i)
		if names[c.Name] {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "two test cases are called %q", c.Name).At(at + "/name")
		}
		names[c.Name] = true
		want := c.ExpectedOutput
		if want != nil && c.Expected != nil && !bytes.Equal(want, c.Expected) {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "test %q: expected and expected_output differ; give one", c.Name).At(at + "/expected")
		}
		if want == nil {
			want = c.Expected
		}
		if c.ExpectedError != nil && !c.ShouldFail {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "test %q: expected_error needs should_fail: true", c.Name).At(at + "/expected_error")
		}
		mock, err := ParseMock(c.Mock)
		if err != nil {
			e := ratchet.AsError(err)
			e.Message = fmt.Sprintf("test %q: %s", c.Name, e.Message)
			return nil, e.At(at + "/mock")
		}
		out[i] = ratchet.TestCase{
			Name: c.Name, Description: c.Description, Tags: c.Tags, Input: c.Input, ExpectedOutput: want,
			Match: c.Match, ShouldFail: c.ShouldFail, ExpectedError: c.ExpectedError, Mock: mock,
			TimeoutMS: c.TimeoutMS, Skip: c.Skip, Only: c.Only,
		}
	}
	return out, nil
}

// ParseMock reads the mock of a test. Its http is one object or a list. Nil
// and null are no mock; unknown keys are an error.
func ParseMock(raw json.RawMessage) (*ratchet.Mock, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var loose struct {
		HTTP    json.RawMessage   `json:"http"`
		Time    string            `json:"time"`
		Random  *uint64           `json:"random"`
		Seed    string            `json:"seed"`
		Secrets map[string]string `json:"secrets"`
	}
	if err := strict(raw, &loose, "http", "time", "random", "seed", "secrets"); err != nil {
		return nil, err
	}
	mock := &ratchet.Mock{Time: loose.Time, Random: loose.Random, Seed: loose.Seed, Secrets: loose.Secrets}
	text := bytes.TrimSpace(loose.HTTP)
	switch {
	case len(text) == 0 || string(text) == "null":
	case text[0] == '[':
		if err := strict(text, &mock.HTTP, httpMockKeys()...); err != nil {
			return nil, err
		}
	default:
		mock.HTTP = make([]ratchet.HTTPMock, 1)
		if err := strict(text, &mock.HTTP[0], httpMockKeys()...); err != nil {
			return nil, err
		}
	}
	return mock, nil
}

func httpMockKeys() []string {
	return []string{"url", "method", "request_body", "response", "times", "delay_ms", "error"}
}

// mockForm is what a mock looks like.
const mockForm = "{http: [{url, method?, response: {status, headers?, body}}], time?, random?, secrets?}"

// mockExample is a mock that can be read.
const mockExample = `{"http":[{"url":"https://api.example.com/items","method":"GET","response":{"status":200,"body":{"items":[]}}}]}`

func badMock(format string, args ...any) *ratchet.Error {
	return ratchet.Errorf(ratchet.CodeInvalid, format, args...).With(ratchet.FieldExample, map[string]any{"mock": json.RawMessage(mockExample)}).
		WithHint("a mock is %s", mockForm)
}

// strict reads a part of a mock, whose keys are known.
func strict(raw []byte, v any, known ...string) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		return nil
	}
	if name, ok := strings.CutPrefix(err.Error(), `json: unknown field "`); ok {
		name = strings.TrimSuffix(name, `"`)
		text := fmt.Sprintf("the mock has the unknown key %q", clip(name))
		if near := schema.Nearest(name, known); near != "" {
			text += fmt.Sprintf("; did you mean %q?", near)
		}
		return badMock("%s", text).With(ratchet.FieldAllowed, known)
	}
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && t.Field != "" {
		return badMock("the mock's %s must not be %s", t.Field, ratchet.Article(t.Value))
	}
	return badMock("the mock cannot be read: %s", strings.TrimPrefix(err.Error(), "json: "))
}

// mockForms tells callers who write the mock of a test otherwise.
func mockForms() map[string]registry.Form {
	return map[string]registry.Form{"mock": {Text: "a mock is " + mockForm, Example: json.RawMessage(mockExample)}}
}

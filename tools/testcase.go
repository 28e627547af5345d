package tools

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"ratchet"
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
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "test %q: %s", c.Name, ratchet.AsError(err).Message).At(at + "/mock")
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
	if err := strict(raw, &loose); err != nil {
		return nil, err
	}
	mock := &ratchet.Mock{Time: loose.Time, Random: loose.Random, Seed: loose.Seed, Secrets: loose.Secrets}
	text := bytes.TrimSpace(loose.HTTP)
	switch {
	case len(text) == 0 || string(text) == "null":
	case text[0] == '[':
		if err := strict(text, &mock.HTTP); err != nil {
			return nil, err
		}
	default:
		mock.HTTP = make([]ratchet.HTTPMock, 1)
		if err := strict(text, &mock.HTTP[0]); err != nil {
			return nil, err
		}
	}
	return mock, nil
}

func strict(raw []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return ratchet.Errorf(ratchet.CodeInvalid, "the mock cannot be read: %s", strings.TrimPrefix(err.Error(), "json: ")).
			With(ratchet.FieldAllowed, []string{"http", "time", "random", "seed", "secrets"})
	}
	return nil
}

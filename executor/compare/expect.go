package compare

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"ratchet"
	"ratchet/schema"
)

// TestRun compares a test's run with what the test wants. It returns what
// differs, and why the test failed; an empty reason means it passed.
func TestRun(c ratchet.TestCase, x *ratchet.Execution) (diff []Difference, reason string) {
	if c.ShouldFail {
		return nil, Failure(c.ExpectedError, x)
	}
	if x.Error != nil {
		return nil, "the run failed: " + x.Error.Type + ": " + x.Error.Message
	}
	diff, err := Match(c.Match, c.ExpectedOutput, x.Output)
	if err != nil {
		return nil, "the expectation cannot be used: " + ratchet.AsError(err).Message
	}
	if len(diff) > 0 {
		at := diff[0].Path
		if at == "" {
			at = "the output"
		}
		return diff, fmt.Sprintf("%s differs: expected %s, got %s", at, compact(diff[0].Expected), compact(diff[0].Actual))
	}
	return nil, ""
}

func Failure(want *ratchet.ExpectedError, x *ratchet.Execution) string {
	e := x.Error
	if e == nil {
		return "the run completed, but the test expects it to fail"
	}
	if want == nil {
		return ""
	}
	if want.Type != "" && !sameErrorType(want.Type, e) {
		return fmt.Sprintf("expected an error of type %s, got %s: %s", want.Type, e.Type, e.Message)
	}
	if want.Message != "" {
		ok, err := messageMatches(want.Message, e.Message)
		if err != nil {
			return fmt.Sprintf("expected_error.message %s is not a regular expression: %v", want.Message, err)
		}
		if !ok {
			return fmt.Sprintf("expected an error message like %s, got: %s", want.Message, e.Message)
		}
	}
	if want.Status != 0 {
		if got := fmt.Sprint(e.Details["status"]); got != fmt.Sprint(want.Status) {
			return fmt.Sprintf("expected an error with HTTP status %d, got %s: %s", want.Status, e.Type, e.Message)
		}
	}
	return ""
}

func sameErrorType(want string, e *ratchet.ExecutionError) bool {
	for _, name := range []string{e.Type, e.Code.ErrorType(), string(e.Code), string(e.Cause)} {
		if name != "" && strings.EqualFold(name, want) {
			return true
		}
	}
	return false
}

// messageMatches reads /…/ and /…/i as a regular expression, else any part of
// the message will do.
func messageMatches(want, message string) (bool, error) {
	body, ok := strings.CutPrefix(want, "/")
	end := strings.LastIndexByte(body, '/')
	if !ok || end < 0 {
		return strings.Contains(message, want), nil
	}
	pattern, flags := body[:end], body[end+1:]
	if strings.Trim(flags, "imsu") != "" {
		return strings.Contains(message, want), nil
	}
	if flags = strings.ReplaceAll(flags, "u", ""); flags != "" {
		pattern = "(?" + flags + ")" + pattern
	}
	if err := schema.CheckPattern(pattern); err != nil {
		return false, err
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return false, err
	}
	return re.MatchString(message), nil
}

// compact renders a value for a message.
func compact(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	if len(raw) > 120 {
		return strings.ToValidUTF8(string(raw[:117]), "") + "..."
	}
	return string(raw)
}

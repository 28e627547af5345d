package executor

import (
	"strconv"

	"github.com/bmatcuk/doublestar/v4"

	"ratchet"
	"ratchet/schema"
)

func newResult(c ratchet.TestCase) TestResult {
	return TestResult{
		Name: c.Name, Description: c.Description, Status: ratchet.TestSkipped, Input: c.Input, Expected: c.ExpectedOutput,
	}
}

func hasOnly(cases []ratchet.TestCase) bool {
	for _, c := range cases {
		if c.Only && !c.Skip {
			return true
		}
	}
	return false
}

func skipReason(c ratchet.TestCase, only bool, opt TestOptions) string {
	switch {
	case c.Skip:
		return "skip"
	case only && !c.Only:
		return "only"
	case opt.Input == nil && c.ExpectedOutput == nil && !c.ShouldFail:
		return "no_expectation"
	default:
		return ""
	}
}

// chooseTests returns the tests that the options name, in order.
func chooseTests(task *ratchet.Task, opt TestOptions) ([]ratchet.TestCase, error) {
	if opt.Input != nil {
		return []ratchet.TestCase{{Name: "ad-hoc", Input: opt.Input}}, nil
	}
	if len(opt.Names) == 0 {
		return task.Tests, nil
	}
	chosen := make([]bool, len(task.Tests))
	for i, name := range opt.Names {
		matched := false
		for j, c := range task.Tests {
			glob, err := doublestar.Match(name, c.Name)
			if c.Name == name || err == nil && glob {
				chosen[j], matched = true, true
			}
		}
		if !matched {
			return nil, unknownTest(task, name, i)
		}
	}
	var cases []ratchet.TestCase
	for i, c := range task.Tests {
		if chosen[i] {
			cases = append(cases, c)
		}
	}
	return cases, nil
}

func unknownTest(task *ratchet.Task, name string, i int) error {
	names := make([]string, len(task.Tests))
	for j, c := range task.Tests {
		names[j] = c.Name
	}
	e := ratchet.Errorf(ratchet.CodeNotFound, "task %s has no test %q", task.Name, name).
		At("/test_names/"+strconv.Itoa(i)).With(ratchet.FieldAllowed, names).
		WithHint("name one of its tests, or a glob such as \"rounds*\"; leave test_names out to run all")
	if near := schema.Nearest(name, names); near != "" {
		e = e.With(ratchet.FieldNearest, near)
	}
	return e
}

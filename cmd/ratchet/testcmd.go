package main

import (
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/executor"
	"ratchet/server"
)

func (a *app) testCommand() *cobra.Command {
	var dir, junit string
	var names []string
	var parallel, coverage bool
	cmd := &cobra.Command{
		Use: "test", Short: "Run the tests of the tasks in a folder, offline", Args: cobra.NoArgs,
		Example: "  ratchet test --from-fs tasks/add\n  ratchet test --from-fs tasks\n  ratchet test --from-fs tasks/add --name 'refuses*' --coverage --junit report.xml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			tasks, err := a.readTasks(dir)
			if err != nil {
				return err
			}
			args := map[string]any{"parallel": parallel, "coverage": coverage}
			if len(names) > 0 {
				args["test_names"] = names
			}
			return a.withTasks(cmd, tasks, func(ctx context.Context, srv *server.Server) error {
				return a.testTasks(ctx, srv, tasks, args, junit)
			})
		},
	}
	cmd.Flags().StringVar(&dir, "from-fs", "", "folder of a task, or of tasks")
	cmd.Flags().StringArrayVar(&names, "name", nil, "run only tests of this name or pattern")
	cmd.Flags().BoolVar(&parallel, "parallel", false, "up to four at once")
	cmd.Flags().BoolVar(&coverage, "coverage", false, "measure statement coverage")
	cmd.Flags().StringVar(&junit, "junit", "", "also write a JUnit report to this file")
	_ = cmd.MarkFlagRequired("from-fs")
	return cmd
}

// report is what run_task_tests answers, as far as it is shown.
type report struct {
	TestRunID string         `json:"test_run_id"`
	Status    ratchet.Status `json:"status"`
	Task      string         `json:"task_name"`
	Total     int            `json:"total_tests"`
	Passed    int            `json:"passed"`
	Failed    int            `json:"failed"`
	Skipped   int            `json:"skipped"`
	AllPassed bool           `json:"all_passed"`
	Message   string         `json:"message"`
	Coverage  *struct {
		Percent float64 `json:"percent"`
	} `json:"coverage"`
	Tests []struct {
		Name     string             `json:"name"`
		Status   ratchet.TestStatus `json:"status"`
		Duration float64            `json:"duration_ms"`
		Diff     json.RawMessage    `json:"diff"`
		Reason   string             `json:"reason"`
	} `json:"tests"`
}

// testTasks runs the tests of each task and shows them.
func (a *app) testTasks(ctx context.Context, srv *server.Server, tasks []*ratchet.Task, args map[string]any, junit string) error {
	var reports []report
	var outs []any
	for _, task := range tasks {
		out, r, err := a.runTests(ctx, srv, task.Name, args)
		if err != nil {
			return err
		}
		if !r.AllPassed {
			a.failed = ratchet.CodeScript
		}
		reports, outs = append(reports, r), append(outs, out)
	}
	if junit != "" {
		if err := writeJUnit(junit, reports); err != nil {
			return err
		}
	}
	switch {
	case a.machine() && len(outs) == 1:
		return a.print(outs[0])
	case a.machine():
		return a.print(outs)
	}
	for _, r := range reports {
		if len(reports) > 1 {
			fmt.Fprintf(a.stdout, "%s\n", plain(r.Task))
		}
		a.showReport(r)
	}
	return nil
}

// runTests runs the tests of one task: the result whole, and what is shown of it.
func (a *app) runTests(ctx context.Context, srv *server.Server, task string, given map[string]any) (out any, r report, err error) {
	args := maps.Clone(given)
	args["task_id"] = task
	for {
		if out, err = a.callArgs(ctx, srv, "ratchet_run_task_tests", args); err != nil {
			return nil, r, err
		}
		if err = reread(out, &r); err != nil || r.Status != ratchet.StatusRunning {
			return out, r, err
		}
		// The same tool with the handle waits on.
		args = map[string]any{"task_id": task, "test_run_id": r.TestRunID}
	}
}

func (a *app) showReport(r report) {
	colors := map[ratchet.TestStatus]color{ratchet.TestPassed: green, ratchet.TestFailed: red, ratchet.TestSkipped: yellow}
	for _, test := range r.Tests {
		mark := a.paint(a.stdout, colors[test.Status], fmt.Sprintf("%-8s", test.Status))
		fmt.Fprintf(a.stdout, "%s %s (%.0f ms)\n", mark, plain(test.Name), test.Duration)
		if test.Status == ratchet.TestFailed {
			fmt.Fprintf(a.stdout, "         %s\n", plain(why(test.Diff, test.Reason)))
		}
	}
	fmt.Fprintf(a.stdout, "%s: %d passed, %d failed, %d skipped\n", executor.Plural(r.Total, "test"), r.Passed, r.Failed, r.Skipped)
	if r.Total == 0 {
		fmt.Fprintf(a.stdout, "%s; add one as tests/NAME.json, or with `ratchet validate --fix`\n", plain(r.Message))
	}
	if r.Coverage != nil {
		fmt.Fprintf(a.stdout, "coverage: %.1f %% of statements\n", r.Coverage.Percent)
	}
}

// why says in one line why a test failed.
func why(diff json.RawMessage, reason string) string {
	var places []struct {
		Path             string
		Expected, Actual json.RawMessage
	}
	if json.Unmarshal(diff, &places) != nil || len(places) == 0 {
		return reason
	}
	var parts []string
	for _, p := range places {
		parts = append(parts, fmt.Sprintf("%s: expected %s, is %s", cmp.Or(p.Path, "the output"), orNothing(p.Expected), orNothing(p.Actual)))
	}
	return strings.Join(parts, "; ")
}

// orNothing is a value as JSON, or says that there is none.
func orNothing(value json.RawMessage) string {
	if len(value) == 0 {
		return "nothing"
	}
	return string(value)
}

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string    `xml:"name,attr"`
	Class   string    `xml:"classname,attr"`
	Time    string    `xml:"time,attr"`
	Failure *junitWhy `xml:"failure,omitempty"`
	Skipped *struct{} `xml:"skipped,omitempty"`
}

type junitWhy struct {
	Text string `xml:",chardata"`
}

// writeJUnit writes a report of one suite, or of several in one element.
func writeJUnit(file string, reports []report) error {
	var all junitSuites
	for _, r := range reports {
		all.Suites = append(all.Suites, suiteOf(r))
	}
	var root any = all
	if len(all.Suites) == 1 {
		root = all.Suites[0]
	}
	data, err := xml.MarshalIndent(root, "", "  ")
	if err != nil {
		return fmt.Errorf("write the JUnit report: %w", err)
	}
	if err := os.WriteFile(file, append([]byte(xml.Header), append(data, '\n')...), 0o644); err != nil {
		return ratchet.Errorf(ratchet.CodeInvalid, "cannot write --junit %s", file).Wrap(err)
	}
	return nil
}

func suiteOf(r report) junitSuite {
	suite := junitSuite{Name: r.Task, Tests: r.Total, Failures: r.Failed, Skipped: r.Skipped}
	for _, test := range r.Tests {
		c := junitCase{Name: test.Name, Class: r.Task, Time: fmt.Sprintf("%.3f", test.Duration/1000)}
		switch test.Status {
		case ratchet.TestFailed:
			c.Failure = &junitWhy{Text: why(test.Diff, test.Reason)}
		case ratchet.TestSkipped:
			c.Skipped = &struct{}{}
		}
		suite.Cases = append(suite.Cases, c)
	}
	return suite
}

package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/server"
)

func (a *app) testCommand() *cobra.Command {
	var dir, junit string
	var names []string
	var parallel, coverage bool
	cmd := &cobra.Command{
		Use: "test", Short: "Run the tests of the task in a folder, offline", Args: cobra.NoArgs,
		Example: "  ratchet test --from-fs tasks/add\n  ratchet test --from-fs tasks/add --name 'refuses*' --coverage --junit report.xml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			task, err := a.readTask(dir)
			if err != nil {
				return err
			}
			args := map[string]any{"task_id": task.Name, "parallel": parallel, "coverage": coverage}
			if len(names) > 0 {
				args["test_names"] = names
			}
			return a.withTask(cmd, task, func(ctx context.Context, srv *server.Server) error {
				return a.runTests(ctx, srv, args, junit)
			})
		},
	}
	cmd.Flags().StringVar(&dir, "from-fs", "", "folder of the task")
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
		Error    json.RawMessage    `json:"error"`
	} `json:"tests"`
}

func (a *app) runTests(ctx context.Context, srv *server.Server, args map[string]any, junit string) error {
	var r report
	var out any
	for {
		var err error
		if out, err = a.callArgs(ctx, srv, "ratchet_run_task_tests", args); err != nil {
			return err
		}
		if err := reread(out, &r); err != nil {
			return err
		}
		if r.Status != ratchet.StatusRunning {
			break
		}
		// The same tool with the handle waits on.
		args = map[string]any{"task_id": args["task_id"], "test_run_id": r.TestRunID}
	}
	if !r.AllPassed {
		a.failed = ratchet.CodeScript
	}
	if junit != "" {
		if err := writeJUnit(junit, r); err != nil {
			return err
		}
	}
	if a.machine() {
		return a.print(out)
	}
	colors := map[ratchet.TestStatus]color{ratchet.TestPassed: green, ratchet.TestFailed: red, ratchet.TestSkipped: yellow}
	for _, test := range r.Tests {
		mark := a.paint(a.stdout, colors[test.Status], fmt.Sprintf("%-8s", test.Status))
		fmt.Fprintf(a.stdout, "%s %s (%.0f ms)\n", mark, plain(test.Name), test.Duration)
		if test.Status == ratchet.TestFailed {
			fmt.Fprintf(a.stdout, "         %s\n", plain(why(test.Diff, test.Error)))
		}
	}
	fmt.Fprintf(a.stdout, "%d tests: %d passed, %d failed, %d skipped\n", r.Total, r.Passed, r.Failed, r.Skipped)
	if r.Coverage != nil {
		fmt.Fprintf(a.stdout, "coverage: %.1f %% of statements\n", r.Coverage.Percent)
	}
	return nil
}

func why(diff, failure json.RawMessage) string {
	if len(diff) > 0 && string(diff) != "null" && string(diff) != "[]" {
		return "differs: " + string(diff)
	}
	return string(failure)
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

func writeJUnit(file string, r report) error {
	suite := junitSuite{Name: r.Task, Tests: r.Total, Failures: r.Failed, Skipped: r.Skipped}
	for _, test := range r.Tests {
		c := junitCase{Name: test.Name, Class: r.Task, Time: fmt.Sprintf("%.3f", test.Duration/1000)}
		switch test.Status {
		case ratchet.TestFailed:
			c.Failure = &junitWhy{Text: why(test.Diff, test.Error)}
		case ratchet.TestSkipped:
			c.Skipped = &struct{}{}
		}
		suite.Cases = append(suite.Cases, c)
	}
	data, err := xml.MarshalIndent(suite, "", "  ")
	if err != nil {
		return fmt.Errorf("write the JUnit report: %w", err)
	}
	if err := os.WriteFile(file, append([]byte(xml.Header), append(data, '\n')...), 0o644); err != nil {
		return ratchet.Errorf(ratchet.CodeInvalid, "cannot write --junit %s", file).Wrap(err)
	}
	return nil
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"ratchet"
)

const traceTool = "ratchet_get_execution_trace"

// traceFlags are what `ratchet trace` was told.
type traceFlags struct {
	format, output string
	functions      bool
	spans          int
}

func (a *app) traceCommand() *cobra.Command {
	var f traceFlags
	cmd := &cobra.Command{
		Use: "trace EXECUTION", Short: "Show where the time of an execution went, or write it for a profiler",
		Long: "Show where the time of an execution went: phases, requests, log, and the calls of its functions.\n" +
			"Calls of functions come from a replay of the recording, offline, unless the run itself was profiled.\n" +
			"Every format but json is the file that its program opens.",
		Example: `  ratchet trace 17
  ratchet trace 17 --format pprof --output run.pb.gz && go tool pprof -top run.pb.gz
  ratchet trace 17 --format speedscope > run.speedscope.json
  ratchet trace 17 --connect http://127.0.0.1:8080`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			given := map[string]any{"execution_id": args[0], "format": f.format}
			if cmd.Flags().Changed("function-spans") {
				given["function_spans"] = f.functions
			}
			if f.spans > 0 {
				given["max_spans"] = f.spans
			}
			to, err := a.reach(cmd)
			if err != nil {
				return err
			}
			return errors.Join(a.trace(cmd.Context(), to, given, f.output), to.close())
		},
	}
	// It takes the place of the flag of all commands: a trace has formats of its own.
	cmd.Flags().StringVar(&f.format, "format", "json", "json, flamegraph (folded stacks), speedscope, pprof or chrome")
	_ = cmd.RegisterFlagCompletionFunc("format", offering(func() []string { return a.valuesOf(cmd, "ratchet_get_execution_trace", "format") })) // it has none yet
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "write to this file instead of stdout")
	cmd.Flags().BoolVar(&f.functions, "function-spans", false, "with json: show the calls of functions too")
	cmd.Flags().IntVar(&f.spans, "max-spans", 0, "with json: spans shown, the longest first (default 500)")
	storeFlags(cmd.Flags())
	return connects(cmd)
}

func (a *app) trace(ctx context.Context, to reach, args map[string]any, output string) error {
	raw, err := to.call(ctx, traceTool, args)
	if err != nil {
		return err
	}
	var out struct {
		Flamegraph string          `json:"flamegraph_data"`
		Speedscope json.RawMessage `json:"speedscope"`
		Chrome     json.RawMessage `json:"chrome"`
		Pprof      []byte          `json:"pprof_base64"`
		Missing    string          `json:"spans_missing"`
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return fmt.Errorf("read the trace: %w", err)
	}
	if out.Missing != "" {
		a.say("calls of functions: %s", out.Missing)
	}
	var file []byte
	switch args["format"] {
	case "flamegraph":
		file = []byte(out.Flamegraph)
	case "speedscope":
		file = out.Speedscope
	case "chrome":
		file = out.Chrome
	case "pprof":
		file = out.Pprof
	default:
		if output == "" {
			return a.print(json.RawMessage(raw))
		}
		file = raw
	}
	return a.writeFile(file, output, args["format"] == "pprof")
}

// writeFile writes a file to where it was asked for; binary ones are kept off terminals.
func (a *app) writeFile(file []byte, output string, binary bool) error {
	if output != "" {
		if err := os.WriteFile(output, file, 0o600); err != nil {
			return ratchet.Errorf(ratchet.CodeInvalid, "cannot write %s", output).Wrap(err)
		}
		a.say("wrote %s", output)
		return nil
	}
	if binary && terminal(a.stdout) {
		return ratchet.Errorf(ratchet.CodeInvalid, "this format is no text: name a file with --output").
			WithHint("e.g. --output run.pb.gz, then go tool pprof -top run.pb.gz")
	}
	_, err := a.stdout.Write(file)
	return err
}

// terminal says whether w is a terminal.
func terminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && isatty.IsTerminal(file.Fd())
}

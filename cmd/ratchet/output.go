package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// machine says whether results are for programs.
func (a *app) machine() bool { return a.asJSON || a.format == "json" || a.format == "yaml" }

// say writes a message for the person to stderr.
func (a *app) say(format string, args ...any) {
	switch text := fmt.Sprintf(format, args...); {
	case a.quiet:
	case a.jsonLog.Load(): // who reads JSON reads nothing else
		slog.New(slog.NewJSONHandler(a.stderr, nil)).Info(text)
	default:
		fmt.Fprintln(a.stderr, plain(text))
	}
}

// print writes a result to stdout: JSON unless another format was asked for, or
// it is a list for people.
func (a *app) print(value any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	out := text.Bytes()
	var err error
	switch a.format {
	case "":
		if text, left, ok := toListing(out, a.listWidth); a.listWidth > 0 && ok {
			out = text
			if len(left) > 0 {
				defer a.say("not shown: %s; --format json shows everything", strings.Join(left, ", "))
			}
		}
	case "yaml":
		out, err = toYAML(out)
	case "table":
		out, err = toTable(out)
	}
	if err != nil {
		return fmt.Errorf("write the result as %s: %w", a.format, err)
	}
	_, err = a.stdout.Write(out)
	return err
}

// toYAML rewrites JSON as YAML. JSON is YAML, so its keys keep their order.
func toYAML(data []byte) ([]byte, error) {
	var node yaml.Node
	if err := yaml.Unmarshal(escapeControls(data), &node); err != nil {
		return nil, err
	}
	unstyle(&node)
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(&node); err != nil {
		return nil, err
	}
	if err := encoder.Close(); err != nil {
		return nil, err
	}
	return []byte(plain(out.String())), nil
}

// unstyle forgets how JSON wrote the nodes; empty groups stay on one line.
func unstyle(node *yaml.Node) {
	quoted := plain(node.Value) != node.Value // escapes need the quotes
	if !quoted && node.Kind == yaml.ScalarNode || len(node.Content) > 0 {
		node.Style &^= yaml.FlowStyle | yaml.DoubleQuotedStyle
	}
	for _, child := range node.Content {
		unstyle(child)
	}
}

// escapeControls writes the control characters that JSON permits inside texts,
// and YAML does not, as JSON escapes. They mean the same.
func escapeControls(data []byte) []byte {
	var out []byte
	for i, r := range string(data) {
		control := isControl(r) && r != '\n' && r != '\t'
		if control && out == nil {
			out = append(make([]byte, 0, len(data)+64), data[:i]...)
		}
		switch {
		case control:
			out = fmt.Appendf(out, `\u%04x`, r)
		case out != nil:
			out = utf8.AppendRune(out, r)
		}
	}
	if out == nil {
		return data
	}
	return out
}

// isControl says whether a terminal may act on r instead of showing it: the
// control characters, and those that turn the direction of text around.
func isControl(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0xfeff || r == 0xfffe || r == 0xffff
}

// plain is text that a terminal only shows: control characters, except line
// breaks and tabs, are written as escapes.
func plain(text string) string {
	var out strings.Builder
	for _, r := range text {
		if isControl(r) && r != '\n' && r != '\t' {
			fmt.Fprintf(&out, `\u%04x`, r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// color is an ANSI escape.
type color string

const (
	red    color = "\x1b[31m"
	green  color = "\x1b[32m"
	yellow color = "\x1b[33m"
	reset  color = "\x1b[0m"
)

// colored says whether w is a terminal whose owner wants colours.
func (a *app) colored(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && !a.noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isatty.IsTerminal(file.Fd())
}

// paint colours text that is written to w.
func (a *app) paint(w io.Writer, c color, text string) string {
	if !a.colored(w) {
		return text
	}
	return string(c) + text + string(reset)
}

func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return names
}

package main

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// picture holds docs/picture.svg to what the commands of docs/getting-started.md
// print; said has the output of its blocks, by their command lines.
func picture(t *testing.T, said map[string]string) {
	t.Helper()
	outputOf := func(part string) string {
		for script, out := range said {
			if strings.Contains(script, part) {
				return out
			}
		}
		t.Fatalf("no block calls %s", part)
		return ""
	}
	session := []string{"$ ./ratchet debug --execution 2 --break 5      # the run that failed yesterday"}
	session = append(session, debugSession(outputOf("ratchet debug"), "p offers.length", "b", "v", "q")...)
	session = append(
		session, "", "# the code is fixed, and the failed run was run again as 4: keep it",
		`$ ./ratchet call ratchet_promote_to_test --arg execution_id=4 \`, "    --arg 'test_name=nothing in stock' | grep message", messageLine(outputOf("promote_to_test")),
		"$ ./ratchet call ratchet_run_task_tests --arg task_id=cheapest | grep message", messageLine(outputOf("run_task_tests")),
	)
	held(t, "../../docs/picture.svg", svg(session))
}

// debugSession is what a terminal shows of a debugger whose input came from a
// pipe: with the commands behind its prompts, and without its help.
func debugSession(out string, commands ...string) []string {
	const prompt = "(debug) "
	parts := strings.Split(out, prompt)
	text := regexp.MustCompile(`(?s)  c continue.*this help\n`).ReplaceAllString(parts[0], "")
	for i, part := range parts[1:] {
		text += prompt + commands[i] + "\n" + part
	}
	return strings.Split(strings.TrimRight(text, "\n"), "\n")
}

func messageLine(out string) string {
	return regexp.MustCompile(`(?m)^  "message": .*$`).FindString(out)
}

// svg draws lines as a terminal.
func svg(lines []string) string {
	const size, left, leading = 14, 20, 20
	height := 56 + leading*len(lines)
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 880 %d" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="%d">`+"\n", height, size)
	fmt.Fprintf(&out, "<title>A recorded run is debugged and kept as a test</title>\n<rect width=\"880\" height=\"%d\" rx=\"8\" fill=\"#16191d\"/>\n", height)
	for i, colour := range []string{"#e5645a", "#e0b04c", "#63b463"} {
		fmt.Fprintf(&out, "<circle cx=\"%d\" cy=\"18\" r=\"6\" fill=\"%s\"/>\n", left+20*i, colour)
	}
	for i, line := range lines {
		var text strings.Builder
		_ = xml.EscapeText(&text, []byte(line)) // a strings.Builder takes everything
		fmt.Fprintf(&out, "<text x=\"%d\" y=\"%d\" fill=\"%s\" xml:space=\"preserve\">%s</text>\n", left, 52+leading*i, colourOf(line), text.String())
	}
	return out.String() + "</svg>\n"
}

func colourOf(line string) string {
	switch {
	case strings.HasPrefix(line, "$ "), strings.HasPrefix(line, "(debug) "):
		return "#ffffff"
	case strings.HasPrefix(line, "# "):
		return "#8b949e"
	case strings.HasPrefix(line, "> "):
		return "#e0b04c"
	case strings.HasPrefix(line, `  "message"`):
		return "#7ec87e"
	default:
		return "#c3cad1"
	}
}

package runtime

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"ratchet"
)

// explainSource adds to an error of the compiler what went wrong with the
// source as a whole, where that can be seen. Other errors stay as they are.
func explainSource(err error, s Source) error {
	var c *compileError
	if !errors.As(err, &c) || c.code != "SYNTAX_ERROR" || c.hint != "" || c.file != sourceName(s) {
		return err
	}
	if hint := sourceHint(s); hint != "" {
		explained := *c
		explained.hint = hint
		return &explained
	}
	return err
}

// sourceHint says what was done to a source that does not compile; empty when
// nothing can be seen.
func sourceHint(s Source) string {
	code := strings.TrimSpace(s.Code)
	switch {
	case fenced(s):
		return fenceHint
	case !strings.Contains(code, "\n") && strings.Contains(code, `\n`):
		return `The code holds the two characters \n in place of line ends: send real line ends (newlines), escaped once in JSON.`
	case strings.Contains(code, `\"`) && !strings.Contains(strings.ReplaceAll(code, `\"`, ""), `"`):
		return `The code holds the two characters \" in place of quotes: escape it once in JSON.`
	case json.Valid([]byte(code)):
		return "The code is JSON: send the text of the program alone, e.g. export default (input, context) => ({ ok: true })"
	case strings.ContainsAny(code, "“”‘’"):
		return `The code holds typographic quotes: write ", ' or ` + "`" + `.`
	case strings.Contains(code, "&gt;"), strings.Contains(code, "&lt;"), strings.Contains(code, "&amp;"), strings.Contains(code, "&quot;"):
		return "The code is escaped for HTML: write > < & and \" themselves."
	case s.Language == ratchet.JavaScript && isTypeScript(s):
		return "This is TypeScript: set language to typescript, or to auto."
	}
	return ""
}

const fenceHint = "The code is wrapped in a Markdown fence: send what is between the lines of ```."

// fenced says that a source begins with a Markdown fence. JavaScript may read
// it as three texts, so that the source fails only when it runs.
func fenced(s Source) bool { return strings.HasPrefix(strings.TrimSpace(s.Code), "```") }

func isTypeScript(s Source) bool {
	r := api.Transform(s.Code, api.TransformOptions{Loader: api.LoaderTS, LogLevel: api.LogLevelSilent})
	return len(r.Errors) == 0
}

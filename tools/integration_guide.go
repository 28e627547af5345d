package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"ratchet/registry"

	"ratchet"
)

// IntegrationGuide says how clients connect and behave.
var IntegrationGuide = registry.Define(registry.Spec{
	Name: "ratchet_get_developer_integration_guide", Title: "Integration guide", Toolset: "core", Category: "documentation",
	Doc:      "Call this to learn how to connect, and how waiting, errors and repeated calls work.",
	Effect:   registry.Reads,
	Examples: []registry.Example{{Title: "How errors look", Args: json.RawMessage(`{"section":"Errors"}`)}},
}, func(_ context.Context, d *registry.Deps, in GuideIn) (registry.Markdown, error) {
	return render(d, "integration-guide", "Integration guide", integrationSections(d), in.Section)
})

func integrationSections(d *registry.Deps) []section {
	wait := d.Settings.WaitLimit
	if wait == 0 {
		wait = 25 * time.Second
	}
	var errs strings.Builder
	errs.WriteString("A failed call is a result with `isError: true` that holds code, error_type, message, " +
		"field (JSON pointer of the argument), allowed, nearest, hint, example, next_tool and retryable. " +
		"Read hint first: it says what to do.\n\n| Code | error_type | HTTP | Exit code | Retry |\n|---|---|---|---|---|\n")
	types := map[string][]string{} // several codes are one on the wire
	for _, c := range ratchet.Codes() {
		if !slices.Contains(types[c.Wire()], c.ErrorType()) {
			types[c.Wire()] = append(types[c.Wire()], c.ErrorType())
		}
	}
	for _, c := range ratchet.Codes() {
		list := types[c.Wire()]
		if list == nil {
			continue // it is in the table
		}
		delete(types, c.Wire())
		retry := ""
		if c.Retryable() {
			retry = "yes"
		}
		fmt.Fprintf(&errs, "| %s | %s | %d | %d | %s |\n", c.Wire(), strings.Join(list, ", "), c.HTTPStatus(), c.ExitCode(), retry)
	}
	var offered strings.Builder
	for _, t := range d.Tools.List() {
		fmt.Fprintf(&offered, "- `%s` (%s, %s): %s\n", t.Name, t.Toolset, t.Effect, t.Title)
	}
	return []section{
		{"Connect", "Over stdio a client starts `ratchet mcp-serve`. Over HTTP run `ratchet serve` and use the URL `http://127.0.0.1:8080/mcp`. " +
			"`ratchet print-config CLIENT` prints the entry for claude-desktop, claude-code, vscode, cursor, windsurf and codex."},
		{"Authorisation", "A server on a loopback address takes calls without credentials. " +
			"Which tools are offered is set when it starts, by --toolsets, --tools (adds), --only-tools (just these), --exclude-tools and --read-only."},
		{"Waiting", fmt.Sprintf("A call waits at most %s. Work that takes longer answers `status: running` with its id; it goes on, "+
			"and asking for its status with that id waits again. Progress notifications come when the request has a progress token.", wait)},
		{"Arguments", "Names are snake_case; camelCase is read too. Harmless mismatches are corrected: \"5\" for 5, \"true\" for true, " +
			"a JSON string for an object or array, one value for a list of one, null for an absent optional argument. Unknown arguments are refused with the nearest name."},
		{"Results", "Over MCP results are lean: what is null, empty, constant or repeated from the call is left out. " +
			"`verbose: true` gives everything. `notes` say how arguments were read. Definitions of tools list the common arguments; " +
			"ratchet_get_developer_endpoint_reference lists all, which are taken too."},
		{"Errors", strings.TrimRight(errs.String(), "\n")},
		{"Idempotency", "`idempotency_key` (1 to 255 characters, kept 24 hours per caller and tool): the same key with the same arguments " +
			"returns the first result with `idempotent_replay: true`; with other arguments it is a CONFLICT."},
		{"Lists", "Lists take page (from 0), limit (1 to 1000), cursor, sort_by, sort_order, filters ([{field, operator, value}]) and fields. " +
			"Follow next_cursor to read everything while rows are added."},
		{"Tools", strings.TrimRight(offered.String(), "\n")},
	}
}

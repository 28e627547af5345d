package server

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
)

func TestListsInBothEras(t *testing.T) {
	s, db := newTestServer(t)
	for _, name := range []string{"alpha", "beta"} {
		if err := db.CreateTask(t.Context(), &ratchet.Task{Name: name, Version: "1.0.0", Description: "d", Language: ratchet.JavaScript, Code: "export default () => 1"}, "", ""); err != nil {
			t.Fatal(err)
		}
	}
	connections(t, s, nil, func(t *testing.T, c *mcp.ClientSession) {
		ctx := t.Context()
		list, err := c.ListTools(ctx, nil)
		if err != nil || list.NextCursor != "" {
			t.Fatalf("tools: %v %+v", err, list)
		}
		var names []string
		for _, tool := range list.Tools {
			names = append(names, tool.Name)
			if a := tool.Annotations; a == nil || a.DestructiveHint == nil || a.OpenWorldHint == nil || !a.ReadOnlyHint {
				t.Errorf("annotations of %s: %+v", tool.Name, a)
			}
			if tool.Icons != nil || tool.Meta["toolset"] != "core" {
				t.Errorf("%s: icons %v, which stand at the server, meta %v", tool.Name, tool.Icons, tool.Meta)
			}
		}
		if !slices.IsSorted(names) || len(names) != 9 {
			t.Errorf("tools = %v", names)
		}
		found, err := c.ListResources(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		var uris []string
		for _, r := range found.Resources {
			uris = append(uris, r.URI)
		}
		if !slices.Contains(uris, "ratchet://tasks/alpha") || !slices.Contains(uris, "ratchet://docs/tasks") {
			t.Errorf("resources = %v", uris)
		}
		read, err := c.ReadResource(ctx, &mcp.ReadResourceParams{URI: "ratchet://tasks/alpha/source"})
		if err != nil || read.Contents[0].Text != "export default () => 1" || read.Contents[0].MIMEType != "text/javascript" {
			t.Errorf("read: %v %+v", err, read)
		}
		for _, uri := range []string{"ratchet://tasks/nobody", "file:///etc/passwd", "ratchet://tasks/../x"} {
			if _, err := c.ReadResource(ctx, &mcp.ReadResourceParams{URI: uri}); err == nil {
				t.Errorf("%s can be read", uri)
			}
		}
		prompts, err := c.ListPrompts(ctx, nil)
		if err != nil || len(prompts.Prompts) < 5 {
			t.Errorf("prompts: %v %+v", err, prompts)
		}
		prompt, err := c.GetPrompt(ctx, &mcp.GetPromptParams{Name: "review_task", Arguments: map[string]string{"task_id": "beta"}})
		if err != nil || !strings.Contains(prompt.Messages[0].Content.(*mcp.TextContent).Text, "export default () => 1") {
			t.Errorf("prompt: %v %+v", err, prompt)
		}
		done, err := c.Complete(ctx, &mcp.CompleteParams{
			Ref:      &mcp.CompleteReference{Type: "ref/resource", URI: "ratchet://tasks/{name}{?version}"},
			Argument: mcp.CompleteParamsArgument{Name: "name", Value: "al"},
		})
		if err != nil || !cmp.Equal(done.Completion.Values, []string{"alpha"}) {
			t.Errorf("complete: %v %+v", err, done)
		}
	})
}

// Package prompts holds the conversation starters the server offers: write a
// task, debug a failure, review, test, harden, explain. Each is a Markdown
// template in text/ that is filled with what the store knows.
//
//	for _, p := range prompts.All() {
//		text, err := p.Render(ctx, prompts.Source{Store: db}, map[string]string{"task_id": "add"})
//	}
//
// It must not import server, tools or the MCP SDK.
package prompts

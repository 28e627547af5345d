// Package templates holds the built-in task templates: real tasks with
// schemas and tests whose values an author chooses by parameters. Values are
// inserted as JSON literals, so that none can change the program around it.
//
//	tpl, err := templates.Get("http-client")
//	task, params, err := tpl.Generate("weather", "", map[string]json.RawMessage{
//		"retries": json.RawMessage(`3`),
//	})
//
// It must not import storage, executor, tools or server.
package templates

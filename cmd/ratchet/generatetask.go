package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/Masterminds/semver/v3"
	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/server/sources"
	"ratchet/templates"
)

// newTask are the choices of generate task.
type newTask struct {
	path, label, description, version, template, lang string
	params                                            []string
}

func (a *app) generateTaskCommand() *cobra.Command {
	var n newTask
	cmd := &cobra.Command{
		Use: "task", Short: "Write the folder of a new task that passes its test", Args: cobra.NoArgs,
		Example: `  ratchet generate task --path tasks/add --label "Add numbers"
  ratchet generate task --path tasks/call_api --template http_api_call --param timeout=10`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			task, err := a.newTask(n)
			if err != nil {
				return err
			}
			dir, err := sources.Folder{Root: filepath.Dir(n.path)}.Save(cmd.Context(), &task)
			if err != nil {
				return err
			}
			a.say("wrote %s; next: ratchet test --from-fs %s", dir, shellWord(n.path))
			if a.machine() {
				return a.print(map[string]string{"path": dir, "name": task.Name, "version": task.Version})
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&n.path, "path", "", "folder to make; its last part is the task's name")
	flags.StringVar(&n.label, "label", "My Task", "name for people")
	flags.StringVar(&n.description, "description", "", "what the task does (default the template's, or the label)")
	flags.StringVar(&n.version, "version", "1.0.0", "semantic version of the task")
	flags.StringVar(&n.template, "template", "", "start from a template, e.g. http_api_call; ratchet call ratchet_list_templates shows them")
	flags.StringVar(&n.lang, "lang", "", "js or ts, also javascript or typescript (default js; templates have their own)")
	flags.StringArrayVar(&n.params, "param", nil, "one parameter of the template as key=value")
	_ = cmd.MarkFlagRequired("path")
	return cmd
}

var languages = []string{"js", "ts", "javascript", "typescript"}

// newTask makes the task that the flags describe.
func (a *app) newTask(n newTask) (ratchet.Task, error) {
	_, err := os.Lstat(n.path)
	if err == nil {
		return ratchet.Task{}, ratchet.Errorf(ratchet.CodeConflict, "%s already exists", n.path).
			WithHint("`ratchet validate --from-fs %s --fix` completes a folder", n.path)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return ratchet.Task{}, ratchet.Errorf(ratchet.CodeInvalid, "cannot look at %s", n.path).Wrap(err)
	}
	name := filepath.Base(filepath.Clean(n.path))
	task := ratchet.Task{Language: ratchet.JavaScript}
	switch {
	case n.lang != "" && !slices.Contains(languages, n.lang):
		return task, ratchet.Errorf(ratchet.CodeInvalid, "unknown --lang %q", n.lang).With(ratchet.FieldAllowed, languages)
	case n.template != "" && n.lang != "":
		return task, ratchet.Errorf(ratchet.CodeInvalid, "--lang and --template exclude each other: a template has its language")
	case n.template != "":
		task, err = a.fromTemplate(name, n)
		if err != nil {
			return task, err
		}
	case len(n.params) > 0:
		return task, ratchet.Errorf(ratchet.CodeInvalid, "--param is for a --template")
	default:
		task.Code = newJS
		if n.lang == "ts" || n.lang == "typescript" {
			task.Code, task.Language = newTS, ratchet.TypeScript
		}
		task.InputSchema = json.RawMessage(`{"type":"object","properties":{"name":{"type":"string","minLength":1}},"required":["name"],"additionalProperties":false}`)
		task.OutputSchema = json.RawMessage(`{"type":"object","properties":{"greeting":{"type":"string"}},"required":["greeting"],"additionalProperties":false}`)
		task.Tests = []ratchet.TestCase{{Name: "greets", Input: json.RawMessage(`{"name":"Ada"}`), ExpectedOutput: json.RawMessage(`{"greeting":"Hello, Ada"}`)}}
		task.Description = n.label
	}
	task.Name, task.Label, task.Version, task.Enabled = name, n.label, n.version, true
	if n.description != "" {
		task.Description = n.description
	}
	if _, err := semver.StrictNewVersion(n.version); err != nil {
		return task, ratchet.Errorf(ratchet.CodeInvalid, "--version %q is not a semantic version", n.version).WithHint("e.g. 1.0.0")
	}
	return task, nil
}

func (a *app) fromTemplate(name string, n newTask) (ratchet.Task, error) {
	given, err := a.arguments("", n.params)
	if err != nil {
		return ratchet.Task{}, err
	}
	var params map[string]json.RawMessage
	if err := json.Unmarshal(given, &params); err != nil {
		return ratchet.Task{}, fmt.Errorf("read the parameters: %w", err)
	}
	task, _, err := templates.Generate(n.template, name, n.description, params)
	return task, err
}

const newJS = `/**
 * Called with the input and the context; what it returns is the output.
 * @param {{name: string}} input
 */
export default async function (input, context) {
  console.log("greeting", input.name);
  return { greeting: "Hello, " + input.name };
}
`

const newTS = `interface Input {
  name: string;
}
interface Output {
  greeting: string;
}

// Called with the input and the context; what it returns is the output.
export default async function (input: Input, context: TaskContext): Promise<Output> {
  console.log("greeting", input.name);
  return { greeting: "Hello, " + input.name };
}
`

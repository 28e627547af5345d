package prompts

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"slices"
	"strings"
	"text/template"

	"ratchet/registry"

	"ratchet"
	"ratchet/schema"
	"ratchet/storage"
	"ratchet/tools"
)

//go:embed text/*.md
var texts embed.FS

// Prompt is one conversation starter.
type Prompt struct {
	Name, Title, Description string
	Arguments                []Argument
	Tools                    []string // the caller must be allowed all of them: the text shows what they tell

	// Answer writes the messages of a prompt that is not one of the product's
	// own. Nil for those: their text is a template.
	Answer func(ctx context.Context, args map[string]string) ([]Message, error)
}

// Message is one message of a prompt.
type Message struct {
	Role    string // user or assistant
	Content registry.Block
}

// Argument is one value a prompt takes.
type Argument struct {
	Name, Description string
	Required          bool
}

var (
	argTask      = Argument{"task_id", "name or id of the task", true}
	argExecution = Argument{"execution_id", "id of the execution", true}
)

// All lists the prompts. Reading it is reading what is offered.
func All() []Prompt {
	return []Prompt{
		{"author_task", "Write a task", "From a goal to a tested task", []Argument{
			{"goal", "what the task shall do", true},
			{"language", "javascript or typescript", false},
		}, nil, nil},
		{"debug_failed_execution", "Debug a failed run", "The run, its error, the end of its log and the source", []Argument{argExecution}, runTools(), nil},
		{"explain_execution", "Explain a run", "What a run did, from its row and its log", []Argument{argExecution}, runTools(), nil},
		{"explain_trace", "Explain a trace", "Where the time of a run went, with its slowest spans", []Argument{argExecution}, traceTools(), nil},
		{"harden_task", "Harden a task", "Find and close the ways in which a task can fail", []Argument{argTask}, taskTools(), nil},
		{"review_task", "Review a task", "Source, schemas and tests with a checklist", []Argument{argTask}, taskTools(), nil},
		{"write_tests", "Write tests", "Source, schemas and real runs to make tests from", []Argument{argTask}, taskTools(), nil},
	}
}

// taskTools show a task with its source, and its runs.
func taskTools() []string { return []string{ratchet.ToolGetTask, ratchet.ToolListExecutions} }

// runTools show a run, its log and its task.
func runTools() []string {
	return []string{ratchet.ToolGetExecutionStatus, ratchet.ToolGetExecutionLogs, ratchet.ToolGetTask}
}

// traceTools show a run and where its time went.
func traceTools() []string {
	return []string{ratchet.ToolGetExecutionStatus, ratchet.ToolGetExecutionTrace}
}

// Source is what the product's own prompts are filled from.
type Source struct {
	Store *storage.DB
	Trace func(ctx context.Context, execution string) (tools.GetTraceOut, error) // with function spans
}

// data is what the templates see.
type data struct {
	Goal, Language string
	Task           *ratchet.Task
	Execution      *ratchet.Execution
	Logs           []ratchet.LogLine
	Runs           []ratchet.Execution
	Trace          tools.GetTraceOut
	Slowest        []tools.SpanView // by the time of their own
}

// Messages answers the prompt. Missing and unknown arguments are CodeInvalid;
// registry.InputRequired asks the client for more.
func (p Prompt) Messages(ctx context.Context, from Source, args map[string]string) ([]Message, error) {
	if p.Answer == nil {
		text, err := p.Render(ctx, from, args)
		if err != nil {
			return nil, err
		}
		return []Message{{Role: "user", Content: registry.Block{Type: "text", Text: text}}}, nil
	}
	if err := p.check(args); err != nil {
		return nil, err
	}
	return p.Answer(ctx, args)
}

// Render fills the prompt. Missing and unknown arguments are CodeInvalid.
func (p Prompt) Render(ctx context.Context, from Source, args map[string]string) (string, error) {
	if err := p.check(args); err != nil {
		return "", err
	}
	d := data{Goal: args["goal"], Language: args["language"]}
	if d.Language == "" {
		d.Language = string(ratchet.JavaScript)
	}
	if ref := args["execution_id"]; ref != "" {
		if err := d.loadExecution(ctx, from.Store, ref); err != nil {
			return "", err
		}
	}
	if slices.Contains(p.Tools, ratchet.ToolGetExecutionTrace) {
		if err := d.loadTrace(ctx, from); err != nil {
			return "", err
		}
	}
	if ref := args["task_id"]; ref != "" {
		if err := d.loadTask(ctx, from.Store, ref); err != nil {
			return "", err
		}
	}
	t, err := template.New(p.Name+".md").Funcs(template.FuncMap{"json": asJSON, "clip": ratchet.Clip, "fence": fence}).ParseFS(texts, "text/"+p.Name+".md")
	if err != nil {
		return "", err
	}
	var out strings.Builder
	if err := t.Execute(&out, d); err != nil {
		return "", err
	}
	return out.String(), nil
}

func (p Prompt) check(args map[string]string) error {
	names := make([]string, 0, len(p.Arguments))
	for _, a := range p.Arguments {
		names = append(names, a.Name)
		if a.Required && strings.TrimSpace(args[a.Name]) == "" {
			return ratchet.Errorf(ratchet.CodeInvalid, "prompt %s needs the argument %s: %s", p.Name, a.Name, a.Description).At("/arguments/" + a.Name)
		}
	}
	for name := range args {
		known := false
		for _, n := range names {
			known = known || n == name
		}
		if known {
			continue
		}
		e := ratchet.Errorf(ratchet.CodeInvalid, "prompt %s has no argument %q", p.Name, ratchet.Clip(name, 60)).With(ratchet.FieldAllowed, names)
		if nearest := schema.Nearest(name, names); nearest != "" {
			e.With(ratchet.FieldNearest, nearest).WithHint("did you mean %s?", nearest)
		}
		return e
	}
	return nil
}

func (d *data) loadTask(ctx context.Context, db *storage.DB, ref string) (err error) {
	if d.Task, err = db.Task(ctx, ref); err != nil {
		return err
	}
	page, err := db.ListExecutions(ctx, ratchet.Query{
		Filters: []ratchet.Filter{
			{Field: "task_id", Operator: ratchet.OpEQ, Value: d.Task.ID},
			{Field: "origin", Operator: ratchet.OpNE, Value: ratchet.OriginTest},
		}, Limit: 5,
	})
	d.Runs = page.Items
	return err
}

func (d *data) loadExecution(ctx context.Context, db *storage.DB, ref string) (err error) {
	if d.Execution, err = db.Execution(ctx, ref); err != nil {
		return err
	}
	page, err := db.Logs(ctx, d.Execution.ID, storage.LogQuery{Limit: 30})
	if err != nil {
		return err
	}
	d.Logs = page.Lines
	if d.Execution.TaskID != "" && !d.Execution.TaskDeleted {
		d.Task, err = db.Task(ctx, d.Execution.TaskID)
		if ratchet.CodeOf(err) == ratchet.CodeNotFound {
			return nil // deleted since: the run stays readable
		}
	}
	return err
}

// slowest is how many spans a prompt shows.
const slowest = 12

func (d *data) loadTrace(ctx context.Context, from Source) (err error) {
	if from.Trace == nil {
		return ratchet.Errorf(ratchet.CodeUnavailable, "this server has no traces").WithHint("use the prompt explain_execution")
	}
	if d.Trace, err = from.Trace(ctx, d.Execution.ID); err != nil || d.Trace.Trace == nil {
		return err
	}
	d.Slowest = slices.SortedFunc(slices.Values(d.Trace.Trace.Spans), func(a, b tools.SpanView) int { return cmp.Compare(b.Self, a.Self) })
	d.Slowest = d.Slowest[:min(slowest, len(d.Slowest))]
	return nil
}

// asJSON shows a value, cut to 4,000 bytes.
func asJSON(v any) string {
	if raw, ok := v.(json.RawMessage); ok {
		if raw == nil {
			return "none"
		}
		return ratchet.Clip(string(raw), 4000)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return "unreadable"
	}
	return ratchet.Clip(string(raw), 4000)
}

// fence is a code fence that text cannot close.
func fence(text string) string {
	mark := "```"
	for strings.Contains(text, mark) {
		mark += "`"
	}
	return mark
}

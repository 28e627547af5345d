package events

import "ratchet"

// The kinds of a task's events. Their data is a *ratchet.Task.
const (
	TaskCreated = "task.created"
	TaskUpdated = "task.updated"
	TaskDeleted = "task.deleted"
)

// Task is a task that changed.
type Task struct {
	TaskID  string  `json:"task_id"`
	Name    *string `json:"name" jsonschema:"nullable"`
	Version *string `json:"version" jsonschema:"nullable"`
	Enabled *bool   `json:"enabled" jsonschema:"nullable"`
}

func tasks() Noun {
	kind := func(name, doc string, changes List) Kind {
		return Show(Kind{Name: name, Doc: doc, Audience: ofTasks(), Changes: changes, Touches: touchesTask}, viewTask)
	}
	return Noun{Name: "task", Doc: "Follow the changes of tasks: created, updated, deleted.", Kinds: []Kind{
		kind(TaskCreated, "a task was created", Resources),
		kind(TaskUpdated, "a task was changed", ""),
		kind(TaskDeleted, "a task was deleted", Resources),
	}}
}

func ofTasks() Audience {
	return Audience{Tools: []string{"ratchet_list_available_tasks", "ratchet_get_task"}, OfTask: true}
}

func viewTask(e ratchet.Event) (Task, bool) {
	out := Task{TaskID: e.ID}
	t, ok := e.Data.(*ratchet.Task)
	if ok && t != nil {
		out.Name, out.Version, out.Enabled = orNil(t.Name), orNil(t.Version), &t.Enabled
	}
	return out, true
}

func touchesTask(e ratchet.Event) []string {
	touched := []string{"ratchet://tasks/" + e.ID}
	if e.Task != "" {
		touched = append(touched, "ratchet://tasks/"+e.Task)
	}
	return touched
}

func orNil[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

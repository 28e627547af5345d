package resources

import (
	"context"
	"slices"
	"strings"

	"ratchet/templates"
)

// maxCompletions bounds one answer, as the protocol does.
const maxCompletions = 100

// Complete suggests values for an argument by its name: tasks for task_id and
// (in a task address) name, versions of known["name"], execution ids, pages and
// template names. Values that begin with prefix come first, then those that
// hold its letters in order. An argument it knows nothing about gets none.
func (s Source) Complete(ctx context.Context, kind, argument, prefix string, known map[string]string) ([]string, error) {
	if needs := completionTools(kind, argument); len(needs) > 0 && s.may(ctx, needs...) != nil {
		return nil, nil // what may not be listed is not suggested
	}
	switch {
	case argument == "version":
		return s.completeVersions(ctx, prefix, known)
	case argument == "level":
		return pick(prefix, []string{"trace", "debug", "info", "warn", "error"}), nil
	case kind == "executions" && argument == "format":
		return pick(prefix, traceFormats()), nil
	case argument == "language":
		return pick(prefix, []string{"javascript", "typescript"}), nil
	case argument == "page":
		var names []string
		for _, p := range s.pagesFor(ctx) {
			names = append(names, p.name)
		}
		return pick(prefix, names), nil
	case argument == "template", kind == "templates" && argument == "name":
		var names []string
		for _, t := range templates.List() {
			names = append(names, t.Name)
		}
		return pick(prefix, names), nil
	case argument == "task_id", argument == "task", kind == "tasks" && argument == "name":
		return s.completeTasks(ctx, prefix)
	case argument == "execution_id", kind == "executions" && argument == "id":
		return s.Store.ExecutionIDs(ctx, prefix, maxCompletions)
	default:
		return nil, nil
	}
}

func (s Source) completeTasks(ctx context.Context, prefix string) ([]string, error) {
	names, err := s.Store.TaskNames(ctx, prefix, maxCompletions)
	if err != nil || len(names) >= maxCompletions {
		return names, err
	}
	all, err := s.Store.TaskNames(ctx, "", 1000)
	if err != nil {
		return nil, err
	}
	for _, name := range pick(prefix, all) {
		if !slices.Contains(names, name) && len(names) < maxCompletions {
			names = append(names, name)
		}
	}
	return names, nil
}

func (s Source) completeVersions(ctx context.Context, prefix string, known map[string]string) ([]string, error) {
	ref := known["name"]
	if ref == "" {
		ref = known["task_id"]
	}
	if ref == "" {
		return nil, nil
	}
	t, err := s.Store.Task(ctx, ref)
	if err != nil {
		return nil, nil //nolint:nilerr // an unknown task has no versions to suggest
	}
	versions, err := s.Store.TaskVersions(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, v := range versions {
		if !slices.Contains(names, v.Version) {
			names = append(names, v.Version)
		}
	}
	return pick(prefix, names), nil
}

// pick keeps what begins with prefix, then what holds its letters in order.
func pick(prefix string, names []string) []string {
	var first, then []string
	want := strings.ToLower(prefix)
	for _, name := range names {
		switch have := strings.ToLower(name); {
		case strings.HasPrefix(have, want):
			first = append(first, name)
		case inOrder(want, have):
			then = append(then, name)
		}
	}
	all := append(first, then...)
	return all[:min(len(all), maxCompletions)]
}

func inOrder(letters, s string) bool {
	for _, l := range letters {
		i := strings.IndexRune(s, l)
		if i < 0 {
			return false
		}
		s = s[i+len(string(l)):]
	}
	return true
}

// completionTools list the same names as the completion of an argument does.
func completionTools(kind, argument string) []string {
	switch {
	case argument == "version":
		return []string{toolVersions}
	case argument == "template", kind == "templates" && argument == "name":
		return []string{toolTemplates, toolGenerate}
	case argument == "task_id", argument == "task", kind == "tasks" && argument == "name":
		return []string{toolTasks}
	case argument == "execution_id", kind == "executions" && argument == "id":
		return []string{toolExecutions}
	default:
		return nil
	}
}

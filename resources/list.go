package resources

import (
	"context"
	"encoding/base64"
	"strings"

	"ratchet"
	"ratchet/templates"
)

// PageSize is the number of resources on one page.
const PageSize = 50

// List returns one page: documentation and templates, then tasks by name, then
// the newest executions. The cursor says where to go on; empty = from the
// start, an unknown one is CodeInvalid.
func (s Source) List(ctx context.Context, cursor string) (list []Resource, next string, err error) {
	stage, at, err := openCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	for {
		var more string
		switch stage {
		case "fixed":
			list = append(list, s.fixed(ctx)...)
			list = append(list, s.debugSessions(ctx)...)
		case "tasks":
			if s.may(ctx, toolTasks) != nil {
				break
			}
			list, more, err = s.listTasks(ctx, list, at)
		case "executions":
			if s.may(ctx, toolExecutions) != nil {
				break
			}
			list, more, err = s.listExecutions(ctx, list, at)
		}
		if err != nil {
			return nil, "", err
		}
		if more != "" {
			return list, closeCursor(stage, more), nil
		}
		stage, at = after(stage), ""
		if stage == "" {
			return list, "", nil
		}
		if len(list) >= PageSize {
			return list, closeCursor(stage, ""), nil
		}
	}
}

func after(stage string) string {
	switch stage {
	case "fixed":
		return "tasks"
	case "tasks":
		return "executions"
	default:
		return ""
	}
}

func (s Source) listTasks(ctx context.Context, list []Resource, at string) ([]Resource, string, error) {
	page, err := s.Store.ListTasks(ctx, ratchet.Query{SortBy: "name", Limit: PageSize - len(list), Cursor: at})
	if err != nil {
		return nil, "", err
	}
	for _, t := range page.Items {
		list = append(list, Resource{URI: "ratchet://tasks/" + t.Name, Name: t.Name, Title: t.Label, Description: firstLine(t.Description), MIMEType: typeJSON})
	}
	return list, page.NextCursor, nil
}

func (s Source) listExecutions(ctx context.Context, list []Resource, at string) ([]Resource, string, error) {
	page, err := s.Store.ListExecutions(ctx, ratchet.Query{
		Filters: []ratchet.Filter{{Field: "origin", Operator: ratchet.OpNE, Value: ratchet.OriginTest}}, Limit: PageSize - len(list), Cursor: at,
	})
	if err != nil {
		return nil, "", err
	}
	for _, e := range page.Items {
		list = append(list, Resource{
			URI: "ratchet://executions/" + e.ID, Name: e.ID, Title: e.TaskName + " " + string(e.Status),
			Description: "run of " + e.TaskName + " at " + stamp(e.QueuedAt), MIMEType: typeJSON,
		})
	}
	return list, page.NextCursor, nil
}

// fixed lists what every server has.
func (s Source) fixed(ctx context.Context) []Resource {
	var list []Resource
	for _, p := range s.pagesFor(ctx) {
		list = append(list, Resource{URI: "ratchet://docs/" + p.name, Name: "docs/" + p.name, Title: p.title, MIMEType: typeMarkdown})
	}
	for _, g := range s.guidesFor(ctx) {
		list = append(list, Resource{URI: skillURI(g.name, skillFile), Name: g.name, Description: g.description, MIMEType: typeMarkdown})
	}
	if s.may(ctx, toolTemplates, toolGenerate) != nil {
		return list
	}
	for _, t := range templates.List() {
		list = append(list, Resource{URI: "ratchet://templates/" + t.Name, Name: "templates/" + t.Name, Description: t.Description, MIMEType: typeJSON})
	}
	return list
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return clip(line)
}

func closeCursor(stage, at string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(stage + " " + at))
}

func openCursor(cursor string) (stage, at string, err error) {
	if cursor == "" {
		return "fixed", "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	stage, at, ok := strings.Cut(string(raw), " ")
	if err != nil || !ok || (stage != "tasks" && stage != "executions") {
		return "", "", ratchet.Errorf(ratchet.CodeInvalid, "the cursor is not one of this list").
			WithHint("use nextCursor of the page before, or none to begin again")
	}
	return stage, at, nil
}

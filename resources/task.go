package resources

import (
	"context"
	"encoding/json"
	"net/url"

	"ratchet"
)

// taskView is a task as JSON, without its source and tests.
type taskView struct {
	ID           string          `json:"task_id"`
	Name         string          `json:"name"`
	Label        string          `json:"label,omitempty"`
	Version      string          `json:"version"`
	Description  string          `json:"description"`
	Category     string          `json:"category,omitempty"`
	Tags         []string        `json:"tags,omitempty"`
	Enabled      bool            `json:"enabled"`
	Language     string          `json:"language"`
	InputSchema  json.RawMessage `json:"input_schema,omitempty"`
	OutputSchema json.RawMessage `json:"output_schema,omitempty"`
	Metadata     json.RawMessage `json:"metadata,omitempty"`
	Tests        int             `json:"test_count"`
	Checksum     string          `json:"checksum"`
	CreatedAt    string          `json:"created_at"`
	UpdatedAt    string          `json:"updated_at"`
	Source       string          `json:"source_uri"`
	TestsAt      string          `json:"tests_uri"`
}

func (s Source) task(ctx context.Context, a address) (*ratchet.Task, error) {
	ref := a.name
	if version := a.query.Get("version"); version != "" {
		ref += "@" + version
	}
	return s.Store.Task(ctx, ref)
}

func readTask(ctx context.Context, s Source, a address) (Document, error) {
	t, err := s.task(ctx, a)
	if err != nil {
		return Document{}, err
	}
	base, version := "ratchet://tasks/"+t.Name, ""
	if a.query.Has("version") {
		version = "?version=" + url.QueryEscape(a.query.Get("version"))
	}
	return asJSON(taskView{
		ID: t.ID, Name: t.Name, Label: t.Label, Version: t.Version, Description: t.Description,
		Category: t.Category, Tags: t.Tags, Enabled: t.Enabled, Language: string(t.Language),
		InputSchema: t.InputSchema, OutputSchema: t.OutputSchema, Metadata: t.Metadata,
		Tests: len(t.Tests), Checksum: t.Checksum, CreatedAt: stamp(t.CreatedAt), UpdatedAt: stamp(t.UpdatedAt),
		Source: base + "/source" + version, TestsAt: base + "/tests" + version,
	})
}

func readTaskSource(ctx context.Context, s Source, a address) (Document, error) {
	t, err := s.task(ctx, a)
	if err != nil {
		return Document{}, err
	}
	kind := "text/javascript"
	if t.Language == ratchet.TypeScript {
		kind = "text/typescript"
	}
	return Document{MIMEType: kind, Text: t.Code}, nil
}

func readTaskTests(ctx context.Context, s Source, a address) (Document, error) {
	t, err := s.task(ctx, a)
	if err != nil {
		return Document{}, err
	}
	tests := t.Tests
	if tests == nil {
		tests = []ratchet.TestCase{}
	}
	return asJSON(tests)
}

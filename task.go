package ratchet

import (
	"encoding/json"
	"time"
)

// Language is the language of a task's source.
type Language string

// The languages a task may be written in.
const (
	JavaScript Language = "javascript"
	TypeScript Language = "typescript"
)

// Task is one authored script with its contract and its tests: the active
// version. Former versions are TaskVersion values.
type Task struct {
	ID           string            // UUID; stable over renames and reloads
	Number       int64             // the numeric id; 0 until stored
	Name         string            // unique, ^[A-Za-z0-9_-]{1,100}$
	Label        string            // for people; the name when none was given
	Version      string            // semantic version 2.0
	Description  string            // 1 to 10,000 characters
	Category     string            // empty = none
	Tags         []string          // at most 50
	Enabled      bool              // a disabled task is not executed
	Language     Language          // of Code
	Code         string            // the author's source, at most 1 MiB
	Files        map[string]string // other source files (lib/…) by path relative to the task's folder
	InputSchema  json.RawMessage   // JSON Schema; nil = any object
	OutputSchema json.RawMessage   // JSON Schema; nil = anything
	Metadata     json.RawMessage   // JSON object as the author wrote it; see Policy
	Tests        []TestCase        // in order
	Checksum     string            // SHA-256 over source, schemas, metadata and tests, hex
	SourceType   string            // database, filesystem or embedded
	Source       string            // name of the source it came from; empty for database
	Path         string            // folder of its files; empty = database only
	CreatedAt    time.Time
	UpdatedAt    time.Time

	Last *LastExecution // newest execution; set by lists only, nil = never run
}

// LastExecution is the newest execution of a task, for lists.
type LastExecution struct {
	Status Status
	At     time.Time
}

// TaskVersion is a state a task had: written at creation, at every edit and by
// create_task_version. It is never changed.
type TaskVersion struct {
	ID        string // UUID
	TaskID    string
	Version   string // semantic version
	Revision  int    // counts edits inside one version, from 1
	Note      string // what changed
	Author    string // principal
	CreatedAt time.Time
	Task      Task // source, schemas, metadata, tests and checksum as they were
}

// TaskBackup is a restorable state written before an edit, a delete or an overwrite.
type TaskBackup struct {
	ID        string // UUID
	TaskID    string
	TaskName  string
	Reason    string // edit, delete or overwrite
	CreatedAt time.Time
	Task      Task
}

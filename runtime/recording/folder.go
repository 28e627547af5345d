package recording

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"ratchet"
	"ratchet/regular"
	"ratchet/runtime"
	"ratchet/schema"
)

// The files of a session's folder.
const (
	inputFile  = "input.json"
	outputFile = "output.json"
	harFile    = "requests.har"
	eventsFile = "events.jsonl"
	logFile    = "ratchet.log"
	metaFile   = "meta.json"
)

// Session is one recorded run as a folder holds it.
type Session struct {
	Input  json.RawMessage
	Output json.RawMessage // nil when the run did not complete
	Tape   *runtime.Tape
	Logs   []ratchet.LogLine
	Meta   Meta
}

// Meta says which run a session was.
type Meta struct {
	FormatVersion int                     `json:"format_version"`
	ExecutionID   string                  `json:"execution_id"`
	TaskName      string                  `json:"task_name"`
	TaskVersion   string                  `json:"task_version"`
	Status        ratchet.Status          `json:"status"`
	Error         *ratchet.ExecutionError `json:"error,omitempty"`
	StartedAt     time.Time               `json:"started_at"`
	CompletedAt   time.Time               `json:"completed_at"`
	Ratchet       string                  `json:"ratchet_version"`
}

// Write makes the folder dir/ratchet_session_<timestamp> and returns its path.
func (s *Session) Write(dir string) (string, error) {
	started := s.Meta.StartedAt
	if started.IsZero() {
		started = time.UnixMicro(s.Tape.Header.Start)
	}
	path := filepath.Join(dir, "ratchet_session_"+started.UTC().Format("20060102T150405.000000Z"))
	if err := os.MkdirAll(path, 0o755); err != nil {
		return "", fmt.Errorf("make the folder of a recording: %w", err)
	}
	s.Meta.FormatVersion = FormatVersion
	files, err := s.render()
	if err != nil {
		return "", err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(path, name), text, 0o644); err != nil {
			return "", fmt.Errorf("write a recording: %w", err)
		}
	}
	return path, nil
}

func (s *Session) render() (map[string][]byte, error) {
	har, err := json.MarshalIndent(HAR(s.Tape, s.Meta.Ratchet), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("render a HAR document: %w", err)
	}
	meta, err := json.MarshalIndent(s.Meta, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("render the facts of a recording: %w", err)
	}
	var events, log bytes.Buffer
	if err := WriteEvents(&events, s.Tape); err != nil {
		return nil, err
	}
	for i := range s.Logs {
		l := &s.Logs[i]
		fmt.Fprintf(&log, "%s %-5s %s: %s\n", l.At.UTC().Format("2006-01-02T15:04:05.000Z"), l.Level, l.Logger, l.Message)
	}
	output := s.Output
	if output == nil {
		output = json.RawMessage("null")
	}
	return map[string][]byte{
		inputFile: append(s.Input, '\n'), outputFile: append(output, '\n'), harFile: append(har, '\n'),
		metaFile: append(meta, '\n'), eventsFile: events.Bytes(), logFile: log.Bytes(),
	}, nil
}

// Read reads a session's folder, or the newest one inside dir. Without
// events.jsonl the requests are taken from requests.har; without meta.json the
// run is taken to have completed with output.json.
func Read(dir string) (*Session, error) {
	dir = newest(dir)
	s := &Session{Meta: Meta{Status: ratchet.StatusCompleted}}
	var err error
	if s.Tape, err = readTape(dir); err != nil {
		return nil, err
	}
	if s.Input, err = optional(filepath.Join(dir, inputFile)); err != nil {
		return nil, err
	}
	if s.Output, err = optional(filepath.Join(dir, outputFile)); err != nil {
		return nil, err
	}
	meta, err := optional(filepath.Join(dir, metaFile))
	if err != nil {
		return nil, err
	}
	if meta != nil {
		if err := json.Unmarshal(meta, &s.Meta); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrFormat, metaFile, err)
		}
	}
	if s.Meta.Status != ratchet.StatusCompleted {
		s.Output = nil
	}
	return s, nil
}

// newest is the last session inside dir, or dir when it is one.
func newest(dir string) string {
	found, err := filepath.Glob(filepath.Join(dir, "ratchet_session_*")) // sorted by time
	if err != nil || len(found) == 0 {
		return dir
	}
	return found[len(found)-1]
}

func readTape(dir string) (*runtime.Tape, error) {
	f, err := regular.Open(filepath.Join(dir, eventsFile))
	if err == nil {
		defer f.Close()
		return ReadEvents(f)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read a recording: %w", err)
	}
	text, err := regular.ReadFile(filepath.Join(dir, harFile))
	if err != nil {
		return nil, fmt.Errorf("%w: %s holds neither %s nor %s", ErrFormat, dir, eventsFile, harFile)
	}
	return ReadHAR(text)
}

func optional(path string) ([]byte, error) {
	text, err := regular.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a recording: %w", err)
	}
	if err := schema.CheckSyntax(text); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrFormat, filepath.Base(path), err)
	}
	return bytes.TrimSpace(text), nil
}

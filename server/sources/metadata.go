package sources

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/google/uuid"
	"go.yaml.in/yaml/v3"

	"ratchet"
	"ratchet/schema"
)

var metadataFiles = []string{"metadata.json", "metadata.yaml", "meta.yaml", "task.yaml"}

var taskName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)

// metadata finds and parses the file that makes a folder a task.
// data is its text as written, for positions.
func (l *loader) metadata() (raw json.RawMessage, file string, data []byte, err error) {
	for _, name := range metadataFiles {
		data, ok := l.read(name)
		if !ok {
			continue
		}
		raw, line, err := decodeObject(name, data)
		if err != nil {
			l.problem(name, line, "", "%s", err)
			return nil, name, nil, ratchet.Errorf(ratchet.CodeInvalid, "%s", l.problems[len(l.problems)-1]).Wrap(err)
		}
		return raw, name, data, nil
	}
	if len(l.problems) > 0 {
		return nil, "", nil, ratchet.Errorf(ratchet.CodeInvalid, "%s", l.problems[0])
	}
	return nil, "", nil, ratchet.Errorf(ratchet.CodeNotFound, "no metadata.json here, so this is no task folder").
		WithHint("ratchet validate --from-fs DIR --fix adds what is missing")
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// decodeObject reads a JSON or YAML object as JSON text.
func decodeObject(name string, data []byte) (raw json.RawMessage, line int, err error) {
	if strings.HasSuffix(name, ".json") {
		var object map[string]json.RawMessage
		if err := decode(data, &object); err != nil {
			return nil, lineOf(data, err), err
		}
		if object == nil {
			return nil, 1, errors.New("must hold an object")
		}
		var compact bytes.Buffer
		err := json.Compact(&compact, data)
		return compact.Bytes(), 0, err
	}
	var object map[string]any
	if err := yaml.Unmarshal(data, &object); err != nil {
		if match := yamlLine.FindStringSubmatch(err.Error()); match != nil {
			line, _ = strconv.Atoi(match[1])
		}
		return nil, line, err
	}
	if object == nil {
		return nil, 1, errors.New("must hold an object")
	}
	raw, err = json.Marshal(object)
	if err != nil {
		return nil, 0, errors.New("has a key or value that JSON cannot hold")
	}
	return raw, 0, nil
}

// decode reads JSON as strictly as calls of tools do.
func decode(data []byte, into any) error {
	if err := schema.CheckSyntax(data); err != nil {
		return fmt.Errorf("is not JSON: %w", err)
	}
	return json.Unmarshal(data, into)
}

// fields are the metadata keys that become fields of a task.
type fields struct {
	Name        *string  `json:"name"`
	Version     *string  `json:"version"`
	UUID        string   `json:"uuid"`
	Label       string   `json:"label"`
	Description string   `json:"description"`
	Category    string   `json:"category"`
	Tags        []string `json:"tags"`
	Runtime     string   `json:"runtime"`
	Entrypoint  string   `json:"entrypoint"`
	Enabled     *bool    `json:"enabled"`
}

// readMetadata fills task from raw and returns the entry point, empty = default.
func (l *loader) readMetadata(task *ratchet.Task, file string, raw json.RawMessage, data []byte) (entry string) {
	l.keys = positions(data)
	var m fields
	if err := json.Unmarshal(raw, &m); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			l.problem(file, l.line(kind.Field), "", "key %s is %s, want %s", kind.Field, ratchet.Article(kind.Value), wanted(kind.Type))
		} else {
			l.problem(file, 0, "", "%s", err)
		}
	}
	if m.Name == nil || !taskName.MatchString(*m.Name) {
		l.problem(file, l.line("name"), "use letters, digits, _ and -, at most 100", "key name is missing or not a task name")
	} else {
		task.Name = *m.Name
	}
	task.Version = "0.1.0"
	if m.Version == nil {
		l.problem(file, 0, `add "version": "0.1.0"`, "key version is missing")
	} else if _, err := semver.StrictNewVersion(*m.Version); err != nil {
		l.problem(file, l.line("version"), "e.g. 1.0.0", "key version is %q, not a semantic version", *m.Version)
	} else {
		task.Version = *m.Version
	}
	l.shapes(file, raw)
	task.ID = l.identity(file, m.UUID, task.Name)
	task.Label, task.Description, task.Category, task.Tags = m.Label, m.Description, m.Category, m.Tags
	if task.Label == "" {
		task.Label = task.Name
	}
	if task.Description == "" {
		task.Description = task.Label
	}
	if m.Enabled != nil {
		task.Enabled = *m.Enabled
	}
	switch m.Runtime {
	case "", "javascript", "nodejs":
		task.Language = ratchet.JavaScript
	case "typescript":
		task.Language = ratchet.TypeScript
	default:
		l.problem(file, l.line("runtime"), "javascript or typescript", "key runtime is %q", m.Runtime)
	}
	task.Metadata = raw
	return m.Entrypoint
}

// namespace derives stable ids of tasks that have none of their own.
var namespace = uuid.MustParse("5f0f4a0e-6c83-5d5c-9c0b-7a3d9a6f2b10")

func (l *loader) identity(file, id, name string) string {
	if id == "" {
		return uuid.NewSHA1(namespace, []byte(name)).String()
	}
	parsed, err := uuid.Parse(id)
	if err != nil {
		l.problem(file, l.line("uuid"), "remove it to get a derived one", "key uuid is %q, not a UUID", id)
		return uuid.NewSHA1(namespace, []byte(name)).String()
	}
	return parsed.String()
}

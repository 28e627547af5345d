package executor

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sort"
	"sync"

	"ratchet/executor/policy"

	"ratchet"
	"ratchet/runtime"
	"ratchet/schema"
)

// program is a task version made ready: policy read, schemas compiled, source
// named and hashed. It is immutable and shared by runs.
type program struct {
	policy policy.Policy
	input  *schema.Schema // nil = any object
	output *schema.Schema // nil = anything
	source runtime.Source
	config json.RawMessage // the task's config.json; nil = none
}

// newProgram prepares t. Its errors are for the author to fix.
func newProgram(t *ratchet.Task) (*program, error) {
	policy, err := policy.Parse(t.Metadata)
	if err != nil {
		return nil, err
	}
	p := &program{policy: policy, source: SourceOf(t)}
	if p.input, err = compileSchema("input_schema", t.InputSchema); err != nil {
		return nil, err
	}
	if p.output, err = compileSchema("output_schema", t.OutputSchema); err != nil {
		return nil, err
	}
	if config, ok := t.Files["config.json"]; ok {
		if err := schema.Refuse("config.json of task "+t.Name, []byte(config)); err != nil {
			return nil, ratchet.AsError(err).At("/files/config.json")
		}
		p.config = json.RawMessage(config)
	}
	return p, nil
}

func compileSchema(name string, raw json.RawMessage) (*schema.Schema, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	s, err := schema.Compile(raw)
	if err != nil {
		e := *ratchet.AsError(err)
		e.Message = fmt.Sprintf("%s: %s", name, e.Message)
		return nil, &e
	}
	return s, nil
}

// SourceOf returns a task's program as the runtime wants it.
func SourceOf(t *ratchet.Task) runtime.Source {
	s := runtime.Source{Name: "main.js", Code: t.Code, Language: t.Language, Files: t.Files}
	if t.Language == ratchet.TypeScript {
		s.Name = "main.ts"
	}
	var meta struct {
		Entrypoint string `json:"entrypoint"`
	}
	if json.Unmarshal(t.Metadata, &meta) == nil && meta.Entrypoint != "" {
		s.Name = meta.Entrypoint
	}
	s.Hash = hashSource(s)
	return s
}

// hashSource is the key of the workers' compile caches. Every part is
// preceded by its length, so that no two sources spell the same text.
func hashSource(s runtime.Source) string {
	h := sha256.New()
	part := func(text string) { fmt.Fprintf(h, "%d:%s", len(text), text) }
	part(s.Name)
	part(s.Code)
	part(string(s.Language))
	paths := make([]string, 0, len(s.Files))
	for path := range s.Files {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	for _, path := range paths {
		part(path)
		part(s.Files[path])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// programCache keeps programs by task and checksum.
type programCache struct {
	mu    sync.Mutex
	limit int
	held  map[programKey]*program
}

type programKey struct{ task, version, checksum string }

func newProgramCache(limit int) *programCache {
	return &programCache{limit: limit, held: make(map[programKey]*program, limit)}
}

// get returns the program of t, making it when it is not held. A task without
// a checksum was never stored and is made each time.
func (c *programCache) get(t *ratchet.Task) (*program, error) {
	key := programKey{t.ID, t.Version, t.Checksum}
	if t.Checksum == "" {
		return newProgram(t)
	}
	c.mu.Lock()
	p := c.held[key]
	c.mu.Unlock()
	if p != nil {
		return p, nil
	}
	p, err := newProgram(t)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.held) >= c.limit {
		// Any victim will do: a wrong one costs one compilation.
		for victim := range c.held {
			delete(c.held, victim)
			break
		}
	}
	c.held[key] = p
	return p, nil
}

// Bounds returns the bounds in force.
func (e *Executor) Bounds() policy.Bounds { return e.cfg.Bounds }

// program returns the program of t when its limits are within the bounds: a
// task that was stored under higher ones does not run.
func (e *Executor) program(t *ratchet.Task) (*program, error) {
	prog, err := e.programs.get(t)
	if err != nil {
		return nil, err
	}
	if err := e.cfg.Bounds.Check(prog.policy); err != nil {
		bad := ratchet.AsError(err)
		bad.Message = "task " + t.Name + " does not run: " + bad.Message
		return nil, bad
	}
	return prog, nil
}

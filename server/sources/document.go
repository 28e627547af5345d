package sources

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"testing/fstest"

	"ratchet"
	"ratchet/regular"
)

// loadDocument reads the single-document form: name.js (or .ts) holds the
// source, name.yaml metadata, schemas and test cases.
func loadDocument(dir, name string) (*ratchet.Task, []Problem, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, ratchet.Errorf(ratchet.CodeNotFound, "cannot open %s: %s", dir, reason(err)).Wrap(err)
	}
	defer root.Close()
	return loadDocumentFS(regular.FS(root), name)
}

func loadDocumentFS(fsys fs.FS, name string) (*ratchet.Task, []Problem, error) {
	l := &loader{fsys: fsys}
	file := name + ".yaml"
	data, ok := l.read(file)
	if !ok {
		file = name + ".yml"
		data, ok = l.read(file)
	}
	if !ok {
		return nil, l.problems, ratchet.Errorf(ratchet.CodeNotFound, "%s.js has no %s.yaml next to it", name, name).
			WithHint("write name, version, input_schema, output_schema and test_cases there")
	}
	raw, line, err := decodeObject(file, data)
	if err != nil {
		l.problem(file, line, "", "%v", err)
		return nil, l.problems, ratchet.Errorf(ratchet.CodeInvalid, "%s", l.problems[0]).Wrap(err)
	}
	tree, metadata, err := unfold(raw)
	if err != nil {
		return nil, l.problems, ratchet.Errorf(ratchet.CodeInvalid, "%s: %v", file, err).Wrap(err)
	}
	tree["metadata.json"] = &fstest.MapFile{Data: metadata}
	for _, ext := range []string{".js", ".ts"} {
		if code, ok := l.read(name + ext); ok {
			tree["main"+ext] = &fstest.MapFile{Data: code}
			break
		}
	}
	task, problems, err := LoadFS(tree)
	for i := range problems {
		if problems[i].File == "main.js" {
			problems[i].File = name + ".js"
		} else {
			problems[i].Message = problems[i].File + ": " + problems[i].Message
			problems[i].File = file
		}
	}
	return task, append(l.problems, problems...), err
}

// unfold turns the keys of a document into the files of a folder.
func unfold(raw json.RawMessage) (tree fstest.MapFS, metadata json.RawMessage, err error) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(raw, &keys); err != nil {
		return nil, nil, err
	}
	tree = fstest.MapFS{}
	for file, names := range map[string][]string{
		"input.schema.json": {"input_schema", "inputs"}, "output.schema.json": {"output_schema", "outputs"},
	} {
		for _, name := range names {
			if schema, ok := keys[name]; ok {
				tree[file] = &fstest.MapFile{Data: schema}
				delete(keys, name)
			}
		}
	}
	var tests []json.RawMessage
	if list, ok := keys["test_cases"]; ok {
		if json.Unmarshal(list, &tests) != nil {
			return nil, nil, errors.New("test_cases is not a list")
		}
		delete(keys, "test_cases")
	}
	for i, test := range tests {
		tree[testFile(i)] = &fstest.MapFile{Data: test}
	}
	metadata, err = json.Marshal(keys)
	return tree, metadata, err
}

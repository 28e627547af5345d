package sources

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime"
	"ratchet/runtime/recording"
)

// test reads a test. Its key recording names a file below recordings that
// answers in place of a mock. What is wrong is a problem.
func (l *loader) test(name string, data []byte) (test ratchet.TestCase, ok bool) {
	var keys map[string]json.RawMessage
	file := json.RawMessage(nil)
	if decode(data, &keys) == nil {
		if file = keys["recording"]; file != nil {
			delete(keys, "recording")
			data, _ = json.Marshal(keys) // it was JSON
		}
	}
	test, line, err := DecodeTest(data)
	if err == nil && file != nil {
		test.Mock, err = l.recorded(test.Mock, file)
	}
	if err != nil {
		l.problem(name, line, "", "%v", err)
	}
	return test, err == nil
}

// recorded is the mock that a recording makes.
func (l *loader) recorded(own *ratchet.Mock, raw json.RawMessage) (*ratchet.Mock, error) {
	var file string
	switch {
	case own != nil:
		return nil, fmt.Errorf("has both mock and recording")
	case json.Unmarshal(raw, &file) != nil || file == "":
		return nil, fmt.Errorf("key recording is not the name of a file below recordings")
	}
	file = path.Join("recordings", strings.TrimPrefix(file, "recordings/"))
	data, ok := l.read(file)
	if !ok {
		return nil, fmt.Errorf("key recording: %s is missing or cannot be read", file)
	}
	var tape *runtime.Tape
	var err error
	switch path.Ext(file) {
	case ".har":
		tape, err = recording.ReadHAR(data)
	case ".jsonl":
		tape, err = recording.ReadEvents(bytes.NewReader(data))
	default:
		return nil, fmt.Errorf("key recording: %s is neither .har nor .jsonl", file)
	}
	if err != nil {
		return nil, fmt.Errorf("key recording: %s: %w", file, err)
	}
	mock, err := executor.MockOf(tape)
	if err != nil {
		return nil, fmt.Errorf("key recording: %s: %w", file, err)
	}
	return mock, nil
}

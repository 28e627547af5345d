package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.yaml.in/yaml/v3"
)

// WriteRuntime puts values, as Read returns them, into the runtime file of a
// data folder: whole or not at all, also when the power fails. Only the user of
// the server may read it.
func WriteRuntime(dir string, values map[string]any) error {
	text, err := Text(values)
	if err != nil {
		return err
	}
	head := "# Set while the server ran; read after everything else. May be edited or deleted while it does not.\n"
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	f, err := os.CreateTemp(dir, "."+RuntimeFile+"-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write the runtime file: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // of what failed; else it is gone already
	_, err = f.WriteString(head + text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write the runtime file: %w", err)
	}
	if err := os.Rename(f.Name(), filepath.Join(dir, RuntimeFile)); err != nil {
		return fmt.Errorf("put the runtime file in its place: %w", err)
	}
	folder, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open the data folder: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("sync the data folder: %w", err)
	}
	return nil
}

// Text is values by key as the file writes them.
func Text(values map[string]any) (string, error) {
	shown := make(layer, len(values))
	for key, value := range values {
		shown[key] = Shown(value)
	}
	tree, err := shown.Read()
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(tree), enc.Close()); err != nil {
		return "", fmt.Errorf("write the configuration as YAML: %w", err)
	}
	return out.String(), nil
}

// Shown is a value as it may be written in the file and in JSON.
func Shown(value any) any {
	switch v := value.(type) {
	case time.Duration:
		return v.String()
	case Bytes:
		return int64(v)
	default:
		return value
	}
}

package tools_test

import (
	"encoding/json"
	"strings"
	"testing"

	"ratchet/registry"

	"ratchet"
	"ratchet/tools"
)

// TestCreateTask_largeMetadata: metadata has a bound, which the refusal names.
func TestCreateTask_largeMetadata(t *testing.T) {
	d := deps(t)
	args := `{"name":"a","description":"d","code":"export default () => 1","input_schema":{},"output_schema":{},"metadata":{"note":"` + strings.Repeat("x", 256<<10) + `"}}`
	_, err := registry.Invoke(t.Context(), d, tools.CreateTask, json.RawMessage(args))
	if e := ratchet.AsError(err); e.Code != ratchet.CodeInvalid || !strings.Contains(e.Message, "at most 262144") || e.Fields[ratchet.FieldPointer] != "/metadata" {
		t.Errorf("%+v", e)
	}
}

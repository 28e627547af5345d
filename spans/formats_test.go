package spans

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ratchet/schema"
)

func schemaOf(t *testing.T, name string) *schema.Schema {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name+".schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := schema.Compile(raw)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The files are what their readers' formats ask for, also without any span,
// without a start, and with names nobody expects.
func TestFilesMatchTheirFormats(t *testing.T) {
	odd := report()
	odd.Spans = append(odd.Spans, Span{ID: "5", Name: "", Kind: Function}, Span{ID: "6", Name: "\x00\xff", Kind: System, Start: -ms, Duration: 2 * ms})
	for format, write := range map[string]func(Run) ([]byte, error){"speedscope": Speedscope, "chrome": Chrome} {
		s := schemaOf(t, format)
		for name, run := range map[string]Run{
			"report": report(), "odd": odd, "empty": {}, "only a wait": {Name: "r", Wall: time.Second, Start: time.Unix(1, 0)},
		} {
			raw, err := write(run)
			if err != nil {
				t.Errorf("%s of %s: %v", format, name, err)
				continue
			}
			for _, v := range s.Validate(raw) {
				t.Errorf("%s of %s: %s: %s", format, name, v.Pointer, v.Message)
			}
		}
	}
}

// A schema that lets everything pass would say nothing.
func TestSchemasRefuse(t *testing.T) {
	for format, c := range map[string]struct {
		write       func(Run) ([]byte, error)
		right, here string
	}{
		"speedscope": {Speedscope, `"type":"O"`, `"type":"B"`},
		"chrome":     {Chrome, `"ph":"X"`, `"ph":"Y"`},
	} {
		raw, err := c.write(report())
		if err != nil || !strings.Contains(string(raw), c.right) {
			t.Fatalf("%s: %v in %s", format, err, raw)
		}
		bad := strings.Replace(string(raw), c.right, c.here, 1)
		if len(schemaOf(t, format).Validate([]byte(bad))) == 0 {
			t.Errorf("%s with %s is accepted", format, c.here)
		}
	}
}

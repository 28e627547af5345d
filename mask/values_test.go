package mask_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"ratchet/mask"
)

const known = `s3cr"t/<é> of some+length`

func TestValues(t *testing.T) {
	t.Parallel()
	quoted, _ := json.Marshal(known)
	multi := "-----BEGIN-----\nfirst line of the key\nsecond line of the key\n"
	v := mask.NewValues("[X]", "", known, multi)
	for name, text := range map[string]string{
		"plain":     "a " + known + " b",
		"quoted":    "a " + string(quoted[1:len(quoted)-1]) + " b",
		"query":     "a " + url.QueryEscape(known) + " b",
		"path":      "a " + url.PathEscape(known) + " b",
		"hex":       "a " + hex.EncodeToString([]byte(known)) + " b",
		"upper hex": "a " + strings.ToUpper(hex.EncodeToString([]byte(known))) + " b",
		"base64":    "a " + base64.StdEncoding.EncodeToString([]byte(known)) + " b",
		"one line":  "a first line of the key b",
		"cut":       `a ` + known[:10] + `… b`,
		"cut end":   `a ` + known[:10],
	} {
		got := v.Text(text)
		if !strings.HasPrefix(got, "a [X]") {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, before := range []string{"u", "us", "use", "user:"} {
		for _, after := range []string{"", "!", "!!"} {
			got := v.Text(base64.StdEncoding.EncodeToString([]byte(before + known + after)))
			if !strings.Contains(got, "[X]") || len(got) > 16 {
				t.Errorf("inside base64 behind %q, before %q: %q", before, after, got)
			}
		}
	}
	for _, harmless := range []string{"", "a", "nothing to see", known[:7] + "…", "…"} {
		if got := v.Text(harmless); got != harmless {
			t.Errorf("%q became %q", harmless, got)
		}
	}
	if mask.NewValues("x", "") != nil {
		t.Error("an empty secret is masked")
	}
}

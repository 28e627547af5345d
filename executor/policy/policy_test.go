package policy_test

import (
	"encoding/json"
	"testing"
	"time"

	"ratchet"
	"ratchet/executor/policy"
)

func TestBounds(t *testing.T) {
	bounds := policy.Bounds{Run: 10 * time.Second, Memory: 64 << 20}
	p, err := bounds.Policy(json.RawMessage(`{"timeout": 10, "memory_limit": "64MB", "http": {"allow_hosts": ["a.example"]}}`))
	if err != nil || p.Timeout != 10*time.Second || p.Memory != 64_000_000 && p.Memory != 64<<20 || len(p.HTTP.AllowHosts) != 1 {
		t.Errorf("%+v %v", p, err)
	}
	for metadata, field := range map[string]string{
		`{"timeout": 11}`:              "/metadata/timeout",
		`{"memory_limit": "65MiB"}`:    "/metadata/memory_limit",
		`{"timeout": "soon"}`:          "/metadata/timeout",
		`{"http": {"allow_hosts": 1}}`: "/metadata/http/allow_hosts",
	} {
		_, err := bounds.Policy(json.RawMessage(metadata))
		if body := ratchet.Body(err, ""); body.Code != "VALIDATION_ERROR" || body.Field != field {
			t.Errorf("%s: %+v", metadata, body)
		}
	}
}

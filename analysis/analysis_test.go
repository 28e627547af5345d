package analysis

import (
	"slices"
	"strings"
	"testing"

	"ratchet"
)

func failure(class, message string) Failure {
	return Failure{Error: &ratchet.ExecutionError{Code: ratchet.CodeScript, Type: class, Message: message, Line: 7}}
}

func TestOf(t *testing.T) {
	limit := func(c ratchet.Cause) Failure {
		return Failure{Error: &ratchet.ExecutionError{Code: ratchet.CodeLimit, Cause: c, Message: "x"}}
	}
	status := func(n int) Failure { f := failure("Error", "no luck"); f.HTTP, f.Host = n, "api.test"; return f }
	coded := failure("Error", "declined")
	coded.Code = "PAYMENT_DECLINED"
	thrown := failure("HttpError", "no luck")
	thrown.Error.Details, thrown.HTTP = map[string]any{"status": float64(404)}, 503
	blocked := failure("AuthorizationError", "this port is blocked")
	blocked.Error.Details = map[string]any{"code": "blocked_port"}
	for _, c := range []struct {
		name         string
		f            Failure
		want, by     string
		severity     string
		wantCategory string
	}{
		{"unknown effect", failure("EffectUnknownError", "POST timed out before"), "effect_unknown_error", "typed_error", "high", "effect"},
		{"typed class", failure("TypeError", "x is undefined"), "javascript_error", "typed_error", "medium", "runtime"},
		{"class before words", failure("SyntaxError", "timeout"), "syntax_error", "typed_error", "high", "code"},
		{"fetch failed", failure("TypeError", "fetch failed: connection refused"), "network_error", "message", "medium", "transient"},
		{"refused by the server", blocked, "permission_error", "typed_error", "high", "security"},
		{"status of the error", thrown, "not_found_error", "http_status", "low", "client"},
		{"no login", failure("AuthenticationError", "401"), "permission_error", "typed_error", "high", "security"},
		{"service down", failure("ServiceUnavailableError", "503"), "network_error", "typed_error", "medium", "transient"},
		{"not set", failure("ConfigurationError", "no key"), "configuration_error", "typed_error", "high", "application"},
		{"cycle", failure("DataError", "a cycle"), "data_error", "typed_error", "medium", "input"},
		{"cause", limit(ratchet.CauseMemory), "resource_error", "typed_error", "critical", "system"},
		{"cause timeout", limit(ratchet.CauseTimeout), "timeout_error", "typed_error", "medium", "transient"},
		{"own code", coded, "payment_declined_error", "error_code", "medium", "application"},
		{"status", status(403), "permission_error", "http_status", "high", "security"},
		{"server's status", status(503), "network_error", "http_status", "medium", "transient"},
		{"words", failure("Error", "Too Many Requests"), "rate_limit_error", "message", "medium", "transient"},
		{"room is not oom", failure("Error", "no room left"), "unknown_error", "nothing", "medium", "unknown"},
		{"json is not js", failure("Error", "bad json"), "unknown_error", "nothing", "medium", "unknown"},
		{"oom", failure("Error", "OOM while sorting"), "resource_error", "message", "critical", "system"},
		{"404", failure("Error", "got 404 from there"), "not_found_error", "message", "low", "client"},
		{"4040 is not 404", failure("Error", "4040 items"), "unknown_error", "nothing", "medium", "unknown"},
		{"nothing", Failure{}, "unknown_error", "nothing", "medium", "unknown"},
	} {
		got := Of(c.f)
		if got.Type != c.want || got.MatchedBy != c.by || got.Severity != c.severity || got.Category != c.wantCategory || got.Impact == "" {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestSuggestionsNameWhatFailed(t *testing.T) {
	for message, want := range map[string]string{
		"Cannot read property 'total' of undefined":      "'total'",
		"Cannot read properties of null (reading 'sum')": "'sum'",
		"items is not defined":                           "'items'",
		"order.pay is not a function":                    "'order.pay'",
		"input breaks its schema at /items/0/price":      "/items/0/price",
	} {
		f := failure("TypeError", message)
		list := Suggestions(f, Of(f))
		if len(list) < 5 || !strings.Contains(list[0], want) {
			t.Errorf("%s: %q", message, list)
		}
	}
	for name, list := range general {
		if len(list) < 4 {
			t.Errorf("%s has %d suggestions", name, len(list))
		}
	}
}

// Whoever reads of an unknown effect learns how to go on without repeating it.
func TestSuggestionsForUnknownEffects(t *testing.T) {
	f := failure("EffectUnknownError", "POST https://pay.test/ was sent before and its outcome is unknown")
	if text := strings.Join(Suggestions(f, Of(f)), "\n"); !strings.Contains(text, "reset_state") || !strings.Contains(text, "receiver") {
		t.Errorf("%s", text)
	}
	f = failure("TimeoutError", "no complete response")
	f.Error.Details = map[string]any{"unknown_effects": []any{map[string]any{"effect_id": "ratchet-1"}}}
	if list := Suggestions(f, Of(f)); !strings.Contains(list[0], "1 of the run's requests") {
		t.Errorf("%q", list)
	}
	f.Error.Details = nil
	if list := Suggestions(f, Of(f)); strings.Contains(list[0], "of the run's requests") {
		t.Errorf("%q", list)
	}
}

func TestMatch(t *testing.T) {
	f := failure("Error", "request timed out")
	f.Host = "api.test"
	ids := func(list []Pattern) (names []string) {
		for _, p := range list {
			names = append(names, p.ID)
			if p.Confidence <= 0.5 || p.Confidence > 1 || len(p.Suggestions) == 0 || len(p.CommonCauses) == 0 {
				t.Errorf("%+v", p)
			}
		}
		return names
	}
	if got := ids(Match(f, Of(f))); !slices.Contains(got, "http_timeout") || !slices.Contains(got, "task_failure") {
		t.Errorf("%v", got)
	}
	f = failure("TypeError", "Cannot read property 'length' of undefined")
	if got := ids(Match(f, Of(f))); !slices.Equal(got, []string{"code_error"}) {
		t.Errorf("%v", got)
	}
	f = failure("Error", "getaddrinfo ENOTFOUND")
	if got := ids(Match(f, Of(f))); !slices.Contains(got, "dns_failure") {
		t.Errorf("%v", got)
	}
}

func TestFingerprint(t *testing.T) {
	a, b := failure("TypeError", "item 17 of 'a' is missing").Error, failure("TypeError", "item 3 of 'b' is missing").Error
	if Fingerprint(a) != Fingerprint(b) {
		t.Error("numbers and quoted values make a difference")
	}
	b.Line++
	if Fingerprint(a) == Fingerprint(b) {
		t.Error("the line makes no difference")
	}
}

func BenchmarkMatch(b *testing.B) {
	f := failure("Error", "request timed out")
	b.ReportAllocs()
	for b.Loop() {
		Match(f, Of(f))
	}
}

// TestGuardedRequestIsNoErrorOfTheTask: what the server refused is said to be
// the server's doing.
func TestGuardedRequestIsNoErrorOfTheTask(t *testing.T) {
	f := failure("AuthorizationError", "db.internal leads to a private address")
	f.Host, f.Error.Details = "db.internal", map[string]any{"code": "blocked_address"}
	found := Of(f)
	if list := Suggestions(f, found); !strings.Contains(list[0], "operator") {
		t.Errorf("%q", list)
	}
	var ids []string
	for _, p := range Match(f, found) {
		ids = append(ids, p.ID)
	}
	if !slices.Equal(ids, []string{"request_blocked"}) {
		t.Errorf("matched %v", ids)
	}
}

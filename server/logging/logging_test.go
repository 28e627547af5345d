package logging_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/lmittmann/tint"

	"ratchet"
	"ratchet/mask"
	"ratchet/server/logging"
)

// forms are the ways in which lines are written.
func forms(w io.Writer) map[string]slog.Handler {
	options := &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: logging.Redact(nil)}
	return map[string]slog.Handler{
		"json": slog.NewJSONHandler(w, options), "text": slog.NewTextHandler(w, options),
		"colours": tint.NewTextHandler(w, &tint.Options{Level: slog.LevelDebug, ReplaceAttr: logging.Redact(nil)}),
	}
}

func TestModulesHaveTheirLevels(t *testing.T) {
	var out bytes.Buffer
	for form, inner := range forms(&out) {
		t.Run(form, func(t *testing.T) {
			levels := logging.NewLevels("info,http=debug,mcp=error")
			log := slog.New(logging.NewHandler(inner, levels))
			write := func() string {
				out.Reset()
				for _, module := range []string{logging.HTTP, logging.MCP, logging.Auth} {
					l := logging.For(log, module).With("a", 1)
					l.Debug("fine-" + module)
					l.Warn("coarse-" + module)
				}
				log.Debug("fine-whole")
				log.WithGroup("g").With(logging.Key, "http").Debug("fine-group")
				var seen []string
				for _, word := range []string{"fine-http", "fine-mcp", "fine-auth", "coarse-http", "coarse-mcp", "coarse-auth", "fine-whole", "fine-group"} {
					if strings.Contains(out.String(), word) {
						seen = append(seen, word)
					}
				}
				return strings.Join(seen, " ")
			}
			if got := write(); got != "fine-http coarse-http coarse-auth" {
				t.Errorf("info,http=debug,mcp=error: %s", got)
			}
			if !strings.Contains(out.String(), "module") {
				t.Errorf("the module is not shown: %s", &out)
			}
			if err := levels.Set("debug,http=error"); err != nil {
				t.Fatal(err)
			}
			if got := write(); got != "fine-mcp fine-auth coarse-mcp coarse-auth fine-whole fine-group" {
				t.Errorf("debug,http=error: %s", got)
			}
		})
	}
}

func TestFilters(t *testing.T) {
	for text, want := range map[string]string{
		"debug": "DEBUG DEBUG", "ratchet=debug,http=warn": "DEBUG WARN", "http=WARN": "INFO WARN", " error , http = info ": "ERROR INFO",
		"http=debug,http=error": "INFO ERROR",
	} {
		levels := logging.NewLevels(text)
		if levels.String() != text {
			t.Errorf("%q became %q", text, levels)
		}
		log := slog.New(logging.NewHandler(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug}), levels))
		var least []string
		for _, l := range []*slog.Logger{logging.For(log, logging.MCP), logging.For(log, logging.HTTP)} {
			for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
				if l.Enabled(t.Context(), level) {
					least = append(least, level.String())
					break
				}
			}
		}
		if got := strings.Join(least, " "); got != want {
			t.Errorf("%q: from %s on, want %s", text, got, want)
		}
	}
}

func TestWrongFilters(t *testing.T) {
	for text, want := range map[string]struct{ message, nearest, allowed string }{
		"":               {`no level ""`, "", "debug"},
		"loud":           {`no level "loud"`, "", "warn"},
		"warning":        {`no level "warning"`, "warn", "warn"},
		"info,htpp=warn": {`no module "htpp"`, "http", "storage"},
		"http=":          {`no level ""`, "", "debug"},
		"info,,":         {`no level ""`, "", "debug"},
	} {
		levels := logging.NewLevels("warn")
		err := levels.Set(text)
		e := ratchet.AsError(err)
		if err == nil || e.Code != ratchet.CodeInvalid || !strings.Contains(e.Message, want.message) || e.Hint == "" {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if near, _ := e.Fields[ratchet.FieldNearest].(string); near != want.nearest {
			t.Errorf("%q: nearest %q, want %q", text, near, want.nearest)
		}
		if allowed, _ := e.Fields[ratchet.FieldAllowed].([]string); !slices.Contains(allowed, want.allowed) {
			t.Errorf("%q: allowed %v", text, allowed)
		}
		if levels.String() != "warn" {
			t.Errorf("%q: refused, and yet it is %s", text, levels)
		}
	}
	if got := logging.NewLevels("nonsense").String(); got != logging.Default {
		t.Errorf("nonsense at start is %s", got)
	}
}

// TestModulesAreSorted holds the list and what it says of itself together.
func TestModulesAreSorted(t *testing.T) {
	if !slices.IsSorted(logging.Modules()) {
		t.Errorf("not sorted: %v", logging.Modules())
	}
}

func TestSecretsAreTakenOut(t *testing.T) {
	const secret = "s3cr3t-value"
	names := []string{
		"password", "Password", "db_password", "dbPassword", "secret", "client-secret", "token", "accessToken", "refresh_token", "ssn",
		"credit_card", "creditCard", "api_key", "apiKey", "apikey", "X-API-Key", "private_key", "authorization", "Proxy-Authorization",
		"cookie", "Set-Cookie", "auth.jwt_secret",
	}
	var out bytes.Buffer
	for form, inner := range forms(&out) {
		out.Reset()
		log := slog.New(logging.NewHandler(inner, logging.NewLevels("debug")))
		for _, name := range names {
			log.Info("m", name, secret)
			log.With(name, secret).Info("m")
			log.Info("m", slog.Group("g", name, secret))
			log.WithGroup("g").Info("m", name, []byte(secret))
		}
		log.Info("m", "error", errors.New("refused: password="+secret), "text", "Bearer "+secret+secret)
		if strings.Contains(out.String(), secret) {
			t.Errorf("%s: a secret is shown: %s", form, &out)
		}
		if got := strings.Count(out.String(), "***"); got != 4*len(names)+2 {
			t.Errorf("%s: %d values are hidden, want %d", form, got, 4*len(names)+2)
		}
	}
}

// TestKnownSecretsAreTakenOut of whatever is logged, in the forms that they have
// there.
func TestKnownSecretsAreTakenOut(t *testing.T) {
	const secret = `s3cr"t/<é> of some+length`
	known := mask.NewValues("***", secret)
	type pair struct{ Name, Value string }
	var out bytes.Buffer
	options := &slog.HandlerOptions{ReplaceAttr: logging.Redact(known)}
	for form, inner := range map[string]slog.Handler{
		"json": slog.NewJSONHandler(&out, options), "text": slog.NewTextHandler(&out, options),
		"colours": tint.NewTextHandler(&out, &tint.Options{ReplaceAttr: logging.Redact(known)}),
	} {
		out.Reset()
		log := slog.New(logging.NewHandler(inner, logging.NewLevels("info")))
		log.With("with", secret, "n", 1).WithGroup("g").Warn("said "+secret, "error", errors.New("broke on "+secret),
			"value", pair{"x", secret}, "point", &pair{"x", secret}, slog.Group("h", "deep", secret), "took", 3)
		if strings.Contains(out.String(), "s3cr") || strings.Count(out.String(), "***") != 6 {
			t.Errorf("%s: %s", form, &out)
		}
		if !strings.Contains(out.String(), "Name:x") || !strings.Contains(out.String(), "took") {
			t.Errorf("%s: more than the secret is gone: %s", form, &out)
		}
	}
}

func TestHarmlessNamesAreShown(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{ReplaceAttr: logging.Redact(nil)}))
	shown := map[string]any{
		"key": "logging.level", "key_id": "k1", "token_expiration": "24h", "max_tokens": "5", "tokens": "7", "keyboard": "qwerty",
		"monkey": "ape", "secretary": "ada", "has_password": true, "path": "/mcp", "cookies": "2",
	}
	args := make([]any, 0, 2*len(shown)+2)
	for name, value := range shown {
		args = append(args, name, value)
	}
	log.Info("m", append(args, "token", "")...)
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	for name, value := range shown {
		if line[name] != value {
			t.Errorf("%s is %v, want %v", name, line[name], value)
		}
	}
	if line["token"] != "" || line["level"] != "INFO" || line["msg"] != "m" {
		t.Errorf("line %v", line)
	}
}

// TestChangingWhileWriting is for the race detector.
func TestChangingWhileWriting(t *testing.T) {
	levels := logging.NewLevels("info")
	log := logging.For(slog.New(logging.NewHandler(slog.NewTextHandler(io.Discard, nil), levels)), logging.HTTP)
	var both sync.WaitGroup
	for range 4 {
		both.Go(func() {
			for range 500 {
				log.Debug("m")
			}
		})
		both.Go(func() {
			for range 500 {
				_ = levels.Set("debug,http=warn")
				_ = levels.Set("error")
			}
		})
	}
	both.Wait()
	if levels.String() != "error" {
		t.Errorf("in the end it is %s", levels)
	}
}

// TestDisabledLinesUseNoMemory holds what the benchmark measures.
func TestDisabledLinesUseNoMemory(t *testing.T) {
	log := quiet()
	if n := testing.AllocsPerRun(100, func() { request(t.Context(), log) }); n != 0 {
		t.Errorf("a line that is not written makes %g allocations", n)
	}
}

func quiet() *slog.Logger {
	inner := slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: logging.Redact(nil)})
	return logging.For(slog.New(logging.NewHandler(inner, logging.NewLevels("debug,http=info"))), logging.HTTP)
}

func request(ctx context.Context, log *slog.Logger) {
	log.LogAttrs(ctx, slog.LevelDebug, "request", slog.String("path", "/mcp"), slog.Int("status", 200))
}

func BenchmarkDisabled(b *testing.B) {
	log := quiet()
	b.ReportAllocs()
	for b.Loop() {
		request(b.Context(), log)
	}
}

func BenchmarkEnabled(b *testing.B) {
	inner := slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: logging.Redact(nil)})
	log := slog.New(logging.NewHandler(inner, logging.NewLevels("debug")))
	b.ReportAllocs()
	for b.Loop() {
		request(b.Context(), log)
	}
}

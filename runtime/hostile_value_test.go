package runtime

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ratchet"
)

// endings are what a hostile value does when it is read, and how the run ends.
var endings = []struct {
	body  string
	code  ratchet.Code
	cause ratchet.Cause
}{
	{"while (true);", ratchet.CodeTimeout, ratchet.CauseTimeout},
	{"for (;;) try { continue } finally { }", ratchet.CodeTimeout, ratchet.CauseTimeout},
	{"return (function deep() { return deep() + 1 })()", ratchet.CodeLimit, ratchet.CauseStack},
}

// boundaries are where a run gives a value away; BODY runs while it is read.
var boundaries = []string{
	"return { then(resolve) { BODY } }",
	"return { get then() { BODY } }",
	"return { toJSON() { BODY } }",
	"return { get a() { BODY } }",
	"return new Proxy({}, { ownKeys() { BODY } })",
	"throw Object.defineProperty(new Error(), 'message', { get() { BODY } })",
	"throw Object.defineProperty(new Error('x'), 'stack', { get() { BODY } })",
	"throw Object.defineProperty(new Error('x'), 'name', { get() { BODY } })",
	"throw Object.defineProperty(new Error('x'), 'retryable', { get() { BODY } })",
	"throw Object.assign(new Error('x'), { message: { toString() { BODY } } })",
	"throw Object.assign(new Error('x'), { cause: Object.defineProperty(new Error(), 'message', { get() { BODY } }) })",
	"throw { get a() { BODY } }",
	"throw new Proxy({}, { ownKeys() { BODY } })",
	"throw new Proxy(new Error('x'), { get() { BODY }, ownKeys() { BODY } })",
	"return Promise.reject(Object.defineProperty(new Error(), 'message', { get() { BODY } }))",
	"Promise.reject({ get a() { BODY } }); return new Promise((r) => setTimeout(r, 1))",
	"setTimeout(() => { throw { get a() { BODY } } }, 0); return new Promise((r) => setTimeout(r, 1))",
	"console.log({ get a() { BODY } }); return 1",
	"console.log('%d', { valueOf() { BODY } }); return 1",
	"console.table([{ get a() { BODY } }]); return 1",
	"console.count({ toString() { BODY } }); return 1",
	"context.log.info('m', { get a() { BODY } }); return 1",
	"context.log.info('m', { toJSON() { BODY } }); return 1",
	"context.log.error('m', Object.defineProperty(new Error(), 'stack', { get() { BODY } })); return 1",
	"reportProgress({ progress: 0.5, data: { get a() { BODY } } }); return 1",
	"reportProgress({ progress: 0.5, get message() { BODY } }); return 1",
	"new Headers({ get a() { BODY } }); return 1",
	"new URL({ toString() { BODY } }); return 1",
	"new URLSearchParams({ get a() { BODY } }); return 1",
	"return fetch({ toString() { BODY } })",
	"return fetch('http://a/', { get method() { BODY } })",
	"return fetch('http://a/', { method: 'POST', body: { toJSON() { BODY } } })",
	"structuredClone({ get a() { BODY } }); return 1",
	"btoa({ toString() { BODY } }); return 1",
	"setTimeout(() => 1, { valueOf() { BODY } }); return 1",
}

// TestRun_hostileValues reads values whose reading breaks a limit, wherever a
// run gives one away: the broken limit is how the run ends.
func TestRun_hostileValues(t *testing.T) {
	try := func(t interface{ Errorf(string, ...any) }, boundary, around string, end int) {
		want := endings[end]
		code := "export default (input, context) => { " + fmt.Sprintf(around, strings.ReplaceAll(boundary, "BODY", want.body)) + " }"
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		out := Run(ctx, Job{Source: Source{Code: code}, Limits: Limits{Wall: 40 * time.Millisecond}}, Hooks{Host: staticHost{}})
		// A slow machine may meet the time limit before the stack's.
		slow := out.Err != nil && out.Err.Cause == ratchet.CauseTimeout
		if want.cause == ratchet.CauseStack && strings.Contains(around, "catch") {
			return // a RangeError, which the reader of the value may catch too
		}
		if out.Err == nil || !slow && (out.Err.Code != want.code || out.Err.Cause != want.cause) || out.Err.Retryable != slow {
			t.Errorf("%s\nended as %s %+v, want %s %s", code, out.Output, out.Err, want.code, want.cause)
		}
	}
	for _, boundary := range boundaries {
		for end := range endings {
			try(t, boundary, "%s", end)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		try(t, rapid.SampledFrom(boundaries).Draw(t, "boundary"),
			rapid.SampledFrom([]string{"%s", "try { %s } finally { }", "try { %s } catch (e) { throw e }", "return (() => { %s })()"}).Draw(t, "around"),
			rapid.IntRange(0, len(endings)-1).Draw(t, "end"))
	})
}

// TestRun_deepOutput nests results around the limit.
func TestRun_deepOutput(t *testing.T) {
	for _, c := range []struct {
		depth int
		fits  bool
	}{{maxJSONDepth, true}, {maxJSONDepth + 1, false}, {12000, false}} {
		code := fmt.Sprintf("export default () => { let o = 1; for (let i = 0; i < %d; i++) o = i %% 2 ? [o] : { '\"[{': o }; return o }", c.depth)
		out := Run(context.Background(), Job{Source: Source{Code: code}}, Hooks{})
		if c.fits != (out.Err == nil) || !c.fits && (out.Err.Cause != ratchet.CauseOutput || out.Err.Retryable) {
			t.Errorf("depth %d: %.80s %+v", c.depth, out.Output, out.Err)
		}
	}
}

// TestRun_manyRejections handles rejections late, in both orders; the one
// without a handler is the one that is logged.
func TestRun_manyRejections(t *testing.T) {
	code := `export default () => {
		const all = Array.from({ length: 1000 }, (_, i) => Promise.reject(new Error('r' + i)));
		for (let i = 0; i < 1000; i += 2) all[i].catch(() => 1);
		for (let i = 999; i > 1; i -= 2) all[i].catch(() => 1);
		return new Promise((r) => setTimeout(r, 1));
	}`
	var got []string
	out := Run(context.Background(), Job{Source: Source{Code: code}}, Hooks{Log: func(lines []ratchet.LogLine) {
		for _, l := range lines {
			got = append(got, l.Message)
		}
	}})
	if out.Err != nil || len(got) != 1 || got[0] != "unhandled promise rejection: Error: r1" {
		t.Errorf("%+v, logged %q", out.Err, got)
	}
}

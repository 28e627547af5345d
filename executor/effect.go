package executor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"ratchet"
	"ratchet/runtime"
	"ratchet/storage"
)

// effects is the ledger of a run: it stands before the session and lets no
// request that does something twice when made twice (POST and PATCH; the
// others are idempotent, RFC 9110 section 9.2.2) pass unrecorded.
type effects struct {
	run     *run
	session sender

	mu      sync.Mutex
	taken   map[string]*ordinals // by fingerprint
	unknown []storage.UnknownEffect
}

// ordinals are the numbers in use of requests with one fingerprint.
type ordinals struct {
	used []bool
	low  int // all below are in use
}

func newEffects(r *run, s sender) *effects {
	return &effects{run: r, session: s, taken: make(map[string]*ordinals)}
}

// Call implements runtime.Host.
func (l *effects) Call(ctx context.Context, call runtime.HostCall) (runtime.HostReply, error) {
	f := call.Fetch
	if call.Kind != runtime.CallFetch || f == nil || f.Method != http.MethodPost && f.Method != http.MethodPatch {
		return l.session.Call(ctx, call)
	}
	key := ownKey(f)
	print := fingerprint(l.run.req.held, f, key)
	ordinal := l.take(print)
	e := storage.Effect{
		Root: l.root(), Execution: l.run.snapshot().Number, Method: f.Method, URL: l.run.masker.text(f.URL),
	}
	e.ID = effectID(e.Root, print, ordinal)
	prior, err := l.run.e.cfg.Store.BeginEffect(ctx, e)
	if err != nil {
		l.release(print, ordinal)
		l.run.e.cfg.Log.Error("record an effect", "execution", l.run.id, "error", err)
		return runtime.HostReply{Error: &runtime.CallError{
			Class: "ServiceUnavailableError", Code: "ledger",
			Message: "the request was not sent, because the server could not record it first; try again",
		}}, nil
	}
	if prior.Found && prior.State == storage.EffectAnswered {
		return l.reuse(e, prior.Reply)
	}
	if prior.Found && prior.State == storage.EffectSent {
		if key == "" && !l.run.prog.policy.RepeatUnknown {
			l.release(print, ordinal) // the next one like it is this one too
			return l.refuse(e), nil
		}
		l.log("warn", e, "was sent before, its outcome is unknown, and it is repeated with the same Idempotency-Key")
	}
	if key == "" {
		keyed := *f
		keyed.IdempotencyKey = e.ID
		call.Fetch = &keyed
	}
	reply, sent, err := l.session.Send(ctx, call)
	repeated := prior.Found && prior.State == storage.EffectSent
	l.settle(context.WithoutCancel(ctx), e, print, ordinal, reply, sent, repeated)
	return reply, err
}

// root is the execution whose effects count as made.
func (l *effects) root() string {
	if of := l.run.snapshot().EffectsOf; of != "" {
		return of
	}
	return l.run.id
}

// settle records how a request ended. One that may still have to be made gives
// its ordinal back: the next request like it, in this run too, is the same
// effect made again and not another one.
func (l *effects) settle(ctx context.Context, e storage.Effect, print string, ordinal int, reply runtime.HostReply, sent, repeated bool) {
	var err error
	declined := reply.Fetch != nil && declines(reply.Fetch.Status)
	switch {
	case reply.Fetch != nil && !declined:
		err = l.answer(ctx, e, reply.Fetch)
	case repeated || sent && !declined:
		l.addUnknown(e)
		l.log("warn", e, "was sent and not answered: its outcome is unknown, and it will not be repeated blindly")
		l.release(print, ordinal)
	default:
		if err = l.run.e.cfg.Store.UnsendEffect(ctx, e.ID); err == nil {
			l.release(print, ordinal)
		}
	}
	if err != nil { // then it counts as sent, with an unknown outcome
		l.run.e.cfg.Log.Warn("record how an effect ended", "execution", l.run.id, "effect", e.ID, "error", err)
	}
}

// declines says whether a status means that the receiver did nothing: it found
// fault with the request, or cannot serve anybody now. The outcome of other
// failures is what the receiver answered, and a retry gets that answer again.
func declines(status int) bool {
	return status >= 400 && status < 500 || status == http.StatusServiceUnavailable
}

// reuse answers from the ledger.
func (l *effects) reuse(e storage.Effect, stored []byte) (runtime.HostReply, error) {
	var f runtime.FetchResponse
	if err := json.Unmarshal(stored, &f); err != nil {
		return runtime.HostReply{}, fmt.Errorf("read the recorded reply of effect %s: %w", e.ID, err)
	}
	l.log("info", e, "was made by an earlier attempt: its recorded reply is reused")
	return runtime.HostReply{Fetch: &f}, nil
}

// refuse is the answer to an effect that must not be repeated blindly.
func (l *effects) refuse(e storage.Effect) runtime.HostReply {
	l.addUnknown(e)
	message := fmt.Sprintf("%s %s was sent before and its outcome is unknown (effect %s); it is not repeated. "+
		"Find out at the receiver whether it was done; then retry with reset_state true to make it anew, or, if the receiver "+
		"honours Idempotency-Key, give the request an idempotencyKey or set effects.repeat_unknown in the task's metadata",
		e.Method, e.URL, e.ID)
	l.log("warn", e, "was sent before, its outcome is unknown, and it is not repeated")
	return runtime.HostReply{Error: &runtime.CallError{Class: "EffectUnknownError", Code: "effect_unknown", Message: message}}
}

func (l *effects) addUnknown(e storage.Effect) {
	l.mu.Lock()
	defer l.mu.Unlock()
	u := storage.UnknownEffect{ID: e.ID, Method: e.Method, URL: e.URL}
	if !slices.Contains(l.unknown, u) {
		l.unknown = append(l.unknown, u)
	}
}

// report adds to the error of a run which of its effects are unknown.
func (l *effects) report(failure *ratchet.ExecutionError) {
	if l == nil || failure == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.unknown) == 0 {
		return
	}
	details := map[string]any{storage.UnknownEffects: slices.Clone(l.unknown)}
	for k, v := range failure.Details {
		details[k] = v
	}
	failure.Details = details
}

func (l *effects) log(level string, e storage.Effect, what string) {
	l.run.logged([]ratchet.LogLine{{
		At: l.run.e.cfg.Now().UTC(), Level: level, Logger: loggerEffects,
		Message: fmt.Sprintf("effect %s (%s %s) %s", e.ID, e.Method, e.URL, what),
	}})
}

// take returns the lowest ordinal of a fingerprint that is not in use. Only
// requests that may have been received use one up, so that an attempt that
// found the receiver down counts like one that did not.
func (l *effects) take(print string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	o := l.taken[print]
	if o == nil {
		o = &ordinals{}
		l.taken[print] = o
	}
	for o.low < len(o.used) && o.used[o.low] {
		o.low++
	}
	if o.low == len(o.used) {
		o.used = append(o.used, false)
	}
	o.used[o.low] = true
	return o.low
}

func (l *effects) release(print string, ordinal int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o := l.taken[print]
	o.used[ordinal] = false
	o.low = min(o.low, ordinal)
}

// answer records a reply. Large ones are in memory one at a time.
func (l *effects) answer(ctx context.Context, e storage.Effect, f *runtime.FetchResponse) error {
	if f.Spooled != nil {
		l.run.e.heavy <- struct{}{}
		defer func() { <-l.run.e.heavy }()
	}
	reply, err := l.encode(f)
	if err != nil {
		return err
	}
	return l.run.e.cfg.Store.AnswerEffect(ctx, e.ID, reply)
}

// encode is a reply as it is stored: without the values of secrets.
func (l *effects) encode(f *runtime.FetchResponse) (_ []byte, err error) {
	kept := *f
	kept.Timing = runtime.FetchTiming{}
	if kept.Body, err = f.Bytes(); err != nil {
		return nil, err
	}
	if m := l.run.masker; m != nil {
		kept.URL, kept.Body = m.text(f.URL), []byte(m.text(string(kept.Body)))
		kept.Header = (&maskingDoor{masker: m}).header(f.Header)
	}
	return json.Marshal(kept) // numbers and text
}

// ownKey is the idempotency key the task set; empty = none.
func ownKey(f *runtime.FetchRequest) string {
	for _, h := range f.Header {
		if strings.EqualFold(h[0], "Idempotency-Key") {
			return h[1]
		}
	}
	return f.IdempotencyKey
}

// fingerprint says which requests are the same effect: the method, the URL
// and the task's own key, or the body when it has none, with secrets by name.
func fingerprint(h *held, f *runtime.FetchRequest, key string) string {
	named := h.named()
	what := "key " + named.Text(key)
	if key == "" {
		sum := sha256.New()
		if _, err := io.Copy(sum, named.Reader(f.BodyReader())); err != nil { // a run that has ended: it sends nothing
			sum.Write([]byte(err.Error()))
		}
		what = "body " + string(sum.Sum(nil))
	}
	sum := sha256.Sum256([]byte(f.Method + "\x00" + named.Text(f.URL) + "\x00" + what))
	return string(sum[:])
}

func effectID(root, print string, ordinal int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%s", root, ordinal, print))
	return "ratchet-" + hex.EncodeToString(sum[:16])
}

// effectsOf is the execution whose effects a retry takes over.
func (e *Executor) effectsOf(ctx context.Context, req Request) (string, error) {
	if req.RetryOf == "" || req.ResetEffects {
		return "", nil
	}
	x, err := e.Execution(ctx, req.RetryOf)
	if err != nil {
		return "", err
	}
	if x.EffectsOf != "" {
		return x.EffectsOf, nil
	}
	return x.ID, nil
}

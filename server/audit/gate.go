package audit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"ratchet/registry"

	"ratchet"
	"ratchet/schema"
	"ratchet/storage"
)

// Enter implements registry.Gate. The entry of a call that writes rides on its
// write; calls that were refused, failed or wrote nothing get theirs at the
// end. Reads are recorded when they are refused, fail, or are an
// administrator's.
func (l *Log) Enter(ctx context.Context, t registry.Tool, args json.RawMessage) (context.Context, func(any, error), error) {
	what := operation{t.Name, t.Toolset == "admin"}
	if t.Effect == registry.Reads && !what.admin {
		return ctx, func(_ any, err error) {
			if err != nil {
				l.refusedRead(ctx, what, err)
			}
		}, nil
	}
	e := l.entry(ctx, what)
	given := read(args)
	e.Type, e.Resource, e.ArgsHash = typeOf(&t, given), resourceOf(&t, given), l.hash(args)
	rider := storage.NewAttachedEntry(func() *storage.AuditRow {
		own := e
		return own.row(l.cfg.Now())
	})
	return storage.WithAttachedEntry(ctx, rider), func(_ any, err error) {
		l.leave(ctx, what, e, rider, err)
	}, nil
}

// operation is what the end of a call needs to know of its tool. It is small,
// for every call keeps one.
type operation struct {
	name  string
	admin bool // of the toolset admin
}

// leave records what the call's write did not take along.
func (l *Log) leave(ctx context.Context, what operation, e Entry, rider *storage.AttachedEntry, err error) {
	stored := rider.Stored(ctx, l.cfg.Store)
	if err == nil {
		if !stored {
			if err := l.Record(ctx, e); err != nil {
				l.cfg.Log.Error("an audit entry was lost", "operation", e.Operation, "request_id", e.RequestID, "error", err)
			}
		}
		return
	}
	fail(&e, what, err)
	l.Note(ctx, e)
}

func (l *Log) refusedRead(ctx context.Context, what operation, err error) {
	switch ratchet.CodeOf(err) {
	case ratchet.CodeDenied, ratchet.CodeUnauthenticated, ratchet.CodeRateLimited, ratchet.CodeInternal:
		e := l.entry(ctx, what)
		e.Type = Read
		fail(&e, what, err)
		l.Note(ctx, e)
	default: // a mistake in the arguments
	}
}

// entry is what every entry of a call has.
func (l *Log) entry(ctx context.Context, what operation) Entry {
	c := registry.CallerFrom(ctx)
	p := c.Identity
	return Entry{
		Principal: p.ID, User: p.Name, Role: string(p.Role), Via: p.Via, IP: p.IP,
		Surface: c.Surface, Operation: what.name, RequestID: c.RequestID, TraceID: c.Trace.TraceID,
	}
}

// fail makes e the entry of a call that failed with err.
func fail(e *Entry, what operation, err error) {
	code := ratchet.CodeOf(err)
	e.Outcome, e.Code, e.Message = Failure, code.Wire(), ratchet.AsError(err).Message
	switch code {
	case ratchet.CodeDenied, ratchet.CodeUnauthenticated:
		e.Type, e.Outcome = AccessDenied, Denied
		if what.admin && code == ratchet.CodeDenied {
			e.Type = Escalation
		}
		e.Severity = ""
	case ratchet.CodeRateLimited:
		e.Type, e.Outcome = RateLimited, Denied
	case ratchet.CodeInternal:
		e.Type = ErrorOccurred
	default:
	}
}

// read are the arguments of a call, none when they are not JSON.
func read(args json.RawMessage) schema.Members {
	if schema.CheckSyntax(args) != nil {
		return nil
	}
	given := schema.Members(nil).Read(args)
	given.Unescape()
	return given
}

// typeOf is the type of a call of t that succeeds.
func typeOf(t *registry.Tool, given schema.Members) Type {
	for argument, is := range t.AuditOf {
		if given.Value(argument) != nil {
			return Type(is)
		}
	}
	switch {
	case t.Effect == registry.Reads, given.Says("dry_run"):
		return Read
	case t.Audit != "":
		return Type(t.Audit)
	case t.Effect == registry.Destroys:
		return Deleted
	case t.Executes, t.Creates:
		return Created
	default:
		return Updated
	}
}

// resourceOf names what a call of t is about: the argument that says which of a
// noun, e.g. task_id or the variable of a path of the tool.
func resourceOf(t *registry.Tool, given schema.Members) string {
	for _, f := range append(namings(), variables(t)...) {
		if value := given.Value(f.argument); value != nil {
			var text string
			if json.Unmarshal(value, &text) != nil {
				text = string(value)
			}
			return f.noun + " " + text[:min(len(text), 200)]
		}
	}
	return ""
}

// naming is an argument that names one of a noun.
type naming struct{ noun, argument string }

// namings are the arguments that name things in several tools, the most telling first.
func namings() []naming {
	return []naming{
		{"task", "task_id"},
		{"execution", "execution_id"},
		{"user", "user_id"},
		{"api_key", "key_id"},
		{"api_key", "api_key_id"},
		{"user", "username"},
		{"name", "name"},
		{"task", "task_name"},
		{"template", "template"},
		{"id", "id"},
		{"setting", "key"},
	}
}

// variables are those of the paths of a tool: order_id names an order.
func variables(t *registry.Tool) (found []naming) {
	for _, r := range t.Routes {
		for _, name := range r.Variables() {
			found = append(found, naming{strings.TrimSuffix(name, "_id"), name})
		}
	}
	return found
}

// hash is a keyed hash of arguments: equal arguments can be found, short ones
// cannot be guessed.
func (l *Log) hash(args json.RawMessage) string {
	h := hmac.New(sha256.New, l.key)
	h.Write(args)
	return "hmac-sha256:" + hex.EncodeToString(h.Sum(nil))
}

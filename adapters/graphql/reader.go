package graphql

import (
	"context"
	"encoding/json"

	gql "github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ratchet"
)

// reader turns the events of one subscription into answers. The transports
// ask for one after another.
type reader struct {
	h      *Handler
	ctx    context.Context //nolint:containedctx // of the operation, with caller and scope
	feed   *feed
	sub    *ratchet.Subscription
	result *value
	alias  string
	plan   *plan

	shown []item // to be answered
	begun bool   // first was read
	ended bool   // nothing follows shown
}

// item is one answer to come.
type item struct {
	value    any
	sequence int64 // 0 = not an event
	err      error
}

// next waits for the next answer; nil when the stream has ended.
func (r *reader) next(ctx context.Context) *gql.Response {
	for len(r.shown) == 0 {
		if r.ended || ctx.Err() != nil {
			return nil
		}
		if !r.begun {
			r.begin()
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-r.h.life.Done():
			return nil
		case <-r.sub.Ready():
			r.take()
		}
	}
	one := r.shown[0]
	r.shown = r.shown[1:]
	return r.answer(ctx, one)
}

// begin reads what is shown before any event.
func (r *reader) begin() {
	r.begun = true
	if r.feed.first == nil {
		return
	}
	values, last, err := r.feed.first(r.ctx)
	r.add(values, 0, err)
	r.ended = last || err != nil
}

// resume goes on behind the events that the reader knows: what was before them
// is not shown again, unless the stream is over and its events are gone.
func (r *reader) resume() {
	if !r.feed.over {
		r.feed.first = nil
		return
	}
	events, missed := r.sub.Take()
	if missed > 0 {
		return
	}
	r.feed.first = nil
	r.show(events, 0)
	r.ended = true
}

// take turns the unread events into answers.
func (r *reader) take() {
	events, missed := r.sub.Take()
	r.show(events, missed)
}

func (r *reader) show(events []ratchet.Event, missed int64) {
	for _, e := range events {
		values, last, err := r.feed.view(r.ctx, e, missed)
		missed = 0
		r.add(values, e.Seq, err)
		if r.ended = last || err != nil; r.ended {
			return
		}
	}
}

func (r *reader) add(values []any, sequence int64, err error) {
	for _, v := range values {
		r.shown = append(r.shown, item{value: v, sequence: sequence})
	}
	if err != nil {
		r.shown = append(r.shown, item{err: err})
	}
}

// answer shows one item as the subscription selects. The number of its event
// goes along as an extension, for transports that can resume.
func (r *reader) answer(ctx context.Context, one item) *gql.Response {
	path := ast.Path{ast.PathName(r.alias)}
	fail := func(path ast.Path, err error) {
		gql.AddError(ctx, &gqlerror.Error{Err: err, Message: "failed", Path: path})
	}
	raw, err := json.Marshal(one.value)
	if one.err != nil {
		err = one.err
	}
	if err != nil {
		fail(path, err)
		return &gql.Response{Data: json.RawMessage("null")}
	}
	if one.sequence > 0 {
		gql.RegisterExtension(ctx, "sequence", one.sequence)
	}
	w := projection{path: path, failed: fail}
	w.out = append(appendString(append(w.out, '{'), r.alias), ':')
	if !w.write(raw, r.result, r.plan) {
		return &gql.Response{Data: json.RawMessage("null")}
	}
	return &gql.Response{Data: append(w.out, '}')}
}

package runtime

import "github.com/dop251/goja"

// rejections are the promises of a macrotask that rejected without a handler,
// in order. One that gets a handler leaves a gap.
type rejections struct {
	list []*goja.Promise
	at   map[*goja.Promise]int
}

func (r *rejections) add(p *goja.Promise) {
	if r.at == nil {
		r.at = map[*goja.Promise]int{}
	}
	r.at[p] = len(r.list)
	r.list = append(r.list, p)
}

func (r *rejections) remove(p *goja.Promise) {
	if i, ok := r.at[p]; ok {
		r.list[i] = nil
		delete(r.at, p)
	}
}

// cut forgets all but the first n that were added.
func (r *rejections) cut(n int) {
	for i := len(r.list) - 1; i >= n; i-- {
		delete(r.at, r.list[i])
		r.list = r.list[:i]
	}
}

// trackRejection keeps the promises that rejected without a handler.
func (v *vm) trackRejection(p *goja.Promise, op goja.PromiseRejectionOperation) {
	switch op {
	case goja.PromiseRejectionReject:
		v.rejected.add(p)
	case goja.PromiseRejectionHandle:
		v.rejected.remove(p)
	}
}

// reportRejections logs promises that rejected without a handler by the end
// of their macrotask. The entry's own promise is the outcome.
func (v *vm) reportRejections() {
	list := v.rejected.list
	v.rejected = rejections{}
	for _, p := range list {
		if p == nil || p == v.main {
			continue
		}
		info := v.describe(p.Result())
		v.log("warn", "runtime", unhandled(info), nil, info.json(), nil)
	}
}

func unhandled(e errorInfo) string {
	return "unhandled promise rejection: " + e.Name + ": " + e.Message
}

// lastRejections logs those of the last macrotask, with which the run ended.
// Runs did not always: a replay must not miss them in an old recording.
func (v *vm) lastRejections() {
	if v.ctx.Err() != nil {
		return // what describes them could not run
	}
	list := v.rejected.list
	v.rejected = rejections{}
	for _, p := range list {
		if p != nil && p != v.main && !v.logs.full() {
			info := v.describe(p.Result())
			v.log("warn", LoggerAdvice, unhandled(info)+"; await the promise, or catch its error", nil, info.json(), nil)
		}
	}
}

// uncaught logs an exception that a timer or a reply's handler threw.
func (v *vm) uncaught(e *goja.Exception) {
	info := v.describe(e.Value())
	v.log("error", "runtime", "uncaught "+info.Name+": "+info.Message, nil, info.json(), nil)
}

package runtime

import (
	"slices"

	"github.com/dop251/goja"
)

// trackRejection keeps the promises that rejected while nobody listened.
func (v *vm) trackRejection(p *goja.Promise, op goja.PromiseRejectionOperation) {
	switch op {
	case goja.PromiseRejectionReject:
		v.rejected = append(v.rejected, p)
	case goja.PromiseRejectionHandle:
		if i := slices.Index(v.rejected, p); i >= 0 {
			v.rejected = slices.Delete(v.rejected, i, i+1)
		}
	}
}

// reportRejections logs promises that rejected without a handler by the end
// of their macrotask. The entry's own promise is the outcome.
func (v *vm) reportRejections() {
	if len(v.rejected) == 0 {
		return
	}
	list := v.rejected
	v.rejected = nil
	for _, p := range list {
		if p == v.main {
			continue
		}
		info := v.describe(p.Result())
		v.log("warn", "runtime", "unhandled promise rejection: "+info.Name+": "+info.Message, nil, info.json(), nil)
	}
}

// uncaught logs an exception that a timer or a reply's handler threw.
func (v *vm) uncaught(e *goja.Exception) {
	info := v.describe(e.Value())
	v.log("error", "runtime", "uncaught "+info.Name+": "+info.Message, nil, info.json(), nil)
}

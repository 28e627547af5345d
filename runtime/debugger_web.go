package runtime

import "github.com/dop251/goja"

// telling are getters of web objects that say at a glance what they are, and
// only read. The body of a Response is not among them: it may be large, and
// the first look at it parses it.
var telling = []struct {
	class   string
	getters []string
}{
	{"Response", []string{"status", "url"}},
	{"Request", []string{"method", "url"}},
	{"URL", []string{"href"}},
	{"AbortSignal", []string{"aborted"}},
}

// tellings are the members that an object of the web's classes hides behind
// getters. Others have none.
func (d *debugger) tellings(o *goja.Object) []member {
	if len(d.v.web) == 0 {
		return nil
	}
	p := o.Prototype()
	for range 3 { // classes of the task may extend them
		if p == nil || isProxy(p) {
			return nil
		}
		for _, t := range telling {
			if class, ok := d.v.web[t.class].(*goja.Object); ok && class.Get("prototype") == p {
				return d.describe(o, p, t.getters)
			}
		}
		p = p.Prototype()
	}
	return nil
}

// describe reads getters of a prototype. The task may have replaced them, so they
// are as bounded as an expression; what throws is left out.
func (d *debugger) describe(o, p *goja.Object, getters []string) []member {
	var out []member
	for _, key := range getters {
		described, err := d.natives.describe(goja.Undefined(), p, d.v.rt.ToValue(key))
		how, ok := described.(*goja.Object)
		if err != nil || !ok {
			continue
		}
		get, ok := goja.AssertFunction(how.Get("get"))
		if !ok {
			continue
		}
		var value goja.Value
		if d.guarded(func() (err error) { value, err = get(o); return err }) == nil {
			out = append(out, member{name: key, value: value})
		}
	}
	return out
}

package graphql

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"ratchet"
	"ratchet/schema"
)

// projection writes an answer from a tool's JSON.
type projection struct {
	out    []byte
	path   ast.Path
	failed func(path ast.Path, err error) // is called for values that do not fit
}

// write appends raw, which is a v, as p selects. It returns false when raw is
// null or cannot be shown; then null was written.
func (w *projection) write(raw []byte, v *value, p *plan) bool {
	if raw == nil || string(raw) == "null" {
		w.out = append(w.out, "null"...)
		return false
	}
	switch v.kind {
	case kindObject:
		return w.object(raw, p)
	case kindList:
		return w.list(raw, v.elem, p)
	case kindInt:
		if _, err := strconv.ParseInt(string(raw), 10, 32); err != nil {
			return w.unfit("the number %s is not a whole number of 32 bits", raw)
		}
	}
	w.out = append(w.out, raw...)
	return true
}

// unfit reports a value that its type cannot show and writes null for it.
func (w *projection) unfit(format string, raw []byte) bool {
	if len(raw) > 40 {
		raw = raw[:40]
	}
	w.failed(append(ast.Path{}, w.path...), ratchet.Errorf(ratchet.CodeInternal, format, raw))
	w.out = append(w.out, "null"...)
	return false
}

func (w *projection) list(raw []byte, elem *value, p *plan) bool {
	mark := len(w.out)
	w.out = append(w.out, '[')
	i, whole := 0, true
	if !schema.EachItem(raw, func(item []byte) bool {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.path = append(w.path, ast.PathIndex(i))
		whole = w.write(item, elem, p)
		w.path = w.path[:len(w.path)-1]
		i++
		return whole
	}) {
		w.out = w.out[:mark]
		return w.unfit("%s is not a list", raw)
	}
	if !whole { // items are never null
		w.out = append(w.out[:mark], "null"...)
		return false
	}
	w.out = append(w.out, ']')
	return true
}

func (w *projection) object(raw []byte, p *plan) bool {
	var room [24][]byte
	values := append(room[:0], make([][]byte, len(p.fields))...)
	if !schema.EachMember(raw, func(key, v []byte) bool {
		for i := range p.fields {
			if m := p.fields[i].member; m != nil && m.key == string(key) {
				values[i] = v
			}
		}
		return true
	}) {
		return w.unfit("%s is not an object", raw)
	}
	mark := len(w.out)
	w.out = append(w.out, '{')
	for i := range p.fields {
		f := &p.fields[i]
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.out = append(w.out, f.name...)
		if f.member == nil {
			w.out = appendString(w.out, p.object.name)
			continue
		}
		w.path = append(w.path, ast.PathName(f.alias))
		ok := w.write(values[i], f.member.value, f.sub)
		if !ok && f.member.required {
			if values[i] == nil || string(values[i]) == "null" {
				w.failed(append(ast.Path{}, w.path...), ratchet.Errorf(ratchet.CodeInternal, "the result lacks %s", f.member.key))
			}
			w.path = w.path[:len(w.path)-1]
			w.out = append(w.out[:mark], "null"...)
			return false
		}
		w.path = w.path[:len(w.path)-1]
	}
	w.out = append(w.out, '}')
	return true
}

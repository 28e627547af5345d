package runtime

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// parsePath splits order.items[3]["a b"] into its keys.
func parsePath(path string) ([]string, error) {
	bad := fmt.Errorf("the path %q cannot be read; write it like order.items[3][\"a key\"]", path)
	var out []string
	rest := path
	for first := true; rest != ""; first = false {
		switch {
		case rest[0] == '[':
			end := strings.IndexByte(rest, ']')
			key := rest[1:max(end, 1)]
			if strings.HasPrefix(key, `"`) || strings.HasPrefix(key, `'`) {
				quote := rest[1:2]
				length := strings.Index(rest[2:], quote+"]")
				if length < 0 {
					return nil, bad
				}
				key, end = rest[2:2+length], length+3
			}
			if end < 0 || first {
				return nil, bad
			}
			out, rest = append(out, key), rest[end+1:]
		case rest[0] == '.' && !first:
			rest = rest[1:]
			fallthrough
		default:
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			if end == 0 {
				return nil, bad
			}
			out, rest = append(out, rest[:end]), rest[end:]
		}
	}
	if len(out) == 0 {
		return nil, bad
	}
	return out, nil
}

// resolvePath finds the value at a path of a frame without running anything.
func (d *debugger) resolvePath(f *callFrame, path string) (goja.Value, error) {
	keys, err := parsePath(path)
	if err != nil {
		return nil, err
	}
	if f.point < 0 || f.read == nil {
		return nil, errors.New("the names of this frame are not known")
	}
	first := keys[0]
	if first == "this" {
		first = expressionThis
	}
	s, code := d.resolve(f, first)
	if s == nil {
		return nil, fmt.Errorf("no variable %s is visible in this frame", keys[0])
	}
	at, err := d.readName(f, s, code)
	if err != nil {
		return nil, fmt.Errorf("%s has no value yet: <tdz>", keys[0])
	}
	for i, key := range keys[1:] {
		o, ok := at.(*goja.Object)
		if !ok {
			return nil, fmt.Errorf("%s is %s: it has no %s", strings.Join(keys[:i+1], "."), typeOf(at), key)
		}
		if at, err = d.memberAt(o, key); err != nil {
			return nil, err
		}
	}
	return at, nil
}

// memberAt is a property, looked for in the prototypes too, or the entry of a
// Map by its key or of a Set by its place.
func (d *debugger) memberAt(o *goja.Object, key string) (goja.Value, error) {
	if class := classOf(o); class == "Map" || class == "Set" {
		list, _ := d.entries(o, 1_000_000)
		for i, m := range list {
			if m.name == key || m.name == strconv.Quote(key) || strconv.Itoa(i) == key {
				return m.value, nil
			}
		}
	}
	for range 100 {
		if o == nil {
			break
		}
		if isProxy(o) {
			return nil, errors.New("a proxy is not looked into: evaluate it if its traps only read")
		}
		if m, ok := d.property(o, key); ok {
			if m.value == nil {
				return nil, fmt.Errorf("%s is a getter: evaluate it", key)
			}
			return m.value, nil
		}
		o = o.Prototype()
	}
	return nil, fmt.Errorf("there is no %s", key)
}

// set gives a variable, or a property, the value of an expression.
func (d *debugger) set(f *callFrame, path, text string) (goja.Value, error) {
	value, err := d.evaluateText(f, text)
	if err != nil {
		return nil, err
	}
	keys, err := parsePath(path)
	if err != nil {
		return nil, err
	}
	if len(keys) > 1 {
		return value, d.setMember(f, path, keys, value)
	}
	s, code := d.resolve(f, keys[0])
	if s == nil {
		return nil, fmt.Errorf("no variable %s is visible in this frame", keys[0])
	}
	read := f.read
	if s.kind == "module" {
		read = d.module
	}
	fn, _ := goja.AssertFunction(read)
	if _, err := fn(goja.Undefined(), d.v.rt.ToValue(code), d.v.rt.ToValue(true), value); err != nil {
		return nil, d.problem(err)
	}
	return d.readName(f, s, code)
}

func (d *debugger) setMember(f *callFrame, path string, keys []string, value goja.Value) error {
	last := keys[len(keys)-1]
	parent := strings.TrimRight(path[:strings.LastIndex(path, last)], `.["'`)
	holder, err := d.resolvePath(f, parent)
	if err != nil {
		return err
	}
	o, ok := holder.(*goja.Object)
	if !ok || isProxy(o) {
		return fmt.Errorf("%s is %s: its members cannot be set", parent, typeOf(holder))
	}
	if m, ok := d.property(o, last); ok && m.value == nil {
		return fmt.Errorf("%s is a getter", last)
	}
	if err := o.Set(last, value); err != nil {
		return d.problem(err)
	}
	return nil
}

package runtime

import (
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// Bounds of what a logged value shows.
const (
	inspectDepth = 5
	inspectItems = 100
	inspectBytes = 16 << 10
)

// format joins the arguments of a console call; %s, %d, %i, %f, %j, %o, %O and
// %c in a leading string consume arguments.
func (v *vm) format(args []goja.Value) string {
	if len(args) == 0 {
		return ""
	}
	var b strings.Builder
	rest := args
	if goja.IsString(args[0]) {
		rest = args[1:]
		template := args[0].String()
		if !strings.Contains(template, "%") || len(rest) == 0 {
			b.WriteString(template)
		} else {
			rest = v.fill(&b, template, rest)
		}
		if len(rest) > 0 {
			b.WriteByte(' ')
		}
	}
	for i, a := range rest {
		if i > 0 {
			b.WriteByte(' ')
		}
		if goja.IsString(a) {
			b.WriteString(a.String())
		} else {
			b.WriteString(v.inspect(a))
		}
	}
	return b.String()
}

func (v *vm) fill(b *strings.Builder, template string, args []goja.Value) []goja.Value {
	for i := 0; i < len(template); i++ {
		if template[i] != '%' || i+1 == len(template) {
			b.WriteByte(template[i])
			continue
		}
		verb := template[i+1]
		if verb == '%' {
			b.WriteByte('%')
			i++
			continue
		}
		if !strings.ContainsRune("sdifjoOc", rune(verb)) || len(args) == 0 {
			b.WriteByte('%')
			continue
		}
		a := args[0]
		args = args[1:]
		i++
		switch verb {
		case 's':
			if goja.IsString(a) {
				b.WriteString(a.String())
			} else {
				b.WriteString(v.inspect(a))
			}
		case 'd', 'f':
			b.WriteString(a.ToNumber().String())
		case 'i':
			b.WriteString(strconv.FormatInt(a.ToInteger(), 10))
		case 'c': // a style; logs have none
		default:
			b.WriteString(v.inspect(a))
		}
	}
	return args
}

// inspect shows a value as its source might look, cut in depth and length.
func (v *vm) inspect(value goja.Value) string {
	i := inspector{v: v}
	if thrown := v.rt.Try(func() { i.write(value, 0) }); thrown != nil {
		i.out.WriteString("[unreadable]")
	}
	return i.out.String()
}

type inspector struct {
	v     *vm
	out   strings.Builder
	above []*goja.Object
}

func (i *inspector) write(value goja.Value, depth int) {
	o, ok := value.(*goja.Object)
	switch {
	case value == nil:
		i.out.WriteString("undefined")
	case goja.IsString(value):
		i.out.WriteString(strconv.Quote(cut(value.String(), inspectBytes)))
	case goja.IsBigInt(value):
		i.out.WriteString(value.String() + "n")
	case !ok:
		i.out.WriteString(value.String())
	default:
		i.object(o, depth)
	}
}

func (i *inspector) object(o *goja.Object, depth int) {
	for _, a := range i.above {
		if a == o {
			i.out.WriteString("[Circular]")
			return
		}
	}
	if depth > inspectDepth || i.out.Len() > inspectBytes {
		i.out.WriteString("…")
		return
	}
	i.above = append(i.above, o)
	defer func() { i.above = i.above[:len(i.above)-1] }()
	switch class := o.ClassName(); class {
	case "Function":
		i.out.WriteString("[Function " + stringProperty(o, "name", "anonymous") + "]")
	case "Error":
		i.out.WriteString(stringProperty(o, "name", "Error") + ": " + stringProperty(o, "message", ""))
	case "Date", "RegExp":
		i.out.WriteString(o.String())
	case "Map", "Set":
		i.collection(o, class, depth)
	case "Promise":
		i.out.WriteString("Promise")
	case "Array":
		i.list(o, depth)
	default:
		i.members(o, depth)
	}
}

func (i *inspector) list(o *goja.Object, depth int) {
	n := int(o.Get("length").ToInteger())
	i.out.WriteByte('[')
	for k := range min(n, inspectItems) {
		if k > 0 {
			i.out.WriteString(", ")
		}
		i.write(o.Get(strconv.Itoa(k)), depth+1)
	}
	if n > inspectItems {
		i.out.WriteString(", … " + strconv.Itoa(n-inspectItems) + " more")
	}
	i.out.WriteByte(']')
}

func (i *inspector) members(o *goja.Object, depth int) {
	i.out.WriteByte('{')
	keys := o.Keys()
	for k, key := range keys {
		if k > 0 {
			i.out.WriteString(", ")
		}
		if k == inspectItems {
			i.out.WriteString("… " + strconv.Itoa(len(keys)-k) + " more")
			break
		}
		if plainKey(key) {
			i.out.WriteString(key)
		} else {
			i.out.WriteString(strconv.Quote(key))
		}
		i.out.WriteString(": ")
		i.write(o.Get(key), depth+1)
	}
	i.out.WriteByte('}')
}

func (i *inspector) collection(o *goja.Object, class string, depth int) {
	i.out.WriteString(class + " [")
	n := 0
	i.v.rt.ForOf(o, func(item goja.Value) bool {
		if n > 0 {
			i.out.WriteString(", ")
		}
		n++
		i.write(item, depth+1)
		return n < inspectItems
	})
	i.out.WriteByte(']')
}

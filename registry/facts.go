package registry

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Facts are the members of a result as they are in Go, by their names in JSON. What a
// surface says about a result, such as its revision or where its page is, comes from
// here, and not from the JSON that it has just written. The zero value has none.
type Facts struct {
	value  reflect.Value
	fields map[string]factField
	only   []string // what a row was asked to show; nil = all
	tool   Tool
}

// factField is where a member is in its struct.
type factField struct {
	index []int
	omit  bool // it is not there when it is empty
}

// row is a Row of any type.
type row interface {
	row() (value any, fields []string)
}

func (r Row[T]) row() (any, []string) { return r.Value, r.Fields }

// Facts returns those of a result of the tool, or of one item in it.
func (t Tool) Facts(out any) Facts {
	f := Facts{tool: t}
	if b, ok := out.(Brief); ok {
		out = b.value
	}
	if r, ok := out.(row); ok {
		out, f.only = r.row()
	}
	v := reflect.Indirect(reflect.ValueOf(out))
	if v.Kind() != reflect.Struct || t.shape.facts == nil {
		return Facts{}
	}
	f.value, f.fields = v, t.shape.facts.of(v.Type())
	return f
}

// Value returns a member; there is none of this name, or it is omitted, when ok is false.
func (f Facts) Value(name string) (value any, ok bool) {
	field, ok := f.fields[name]
	if !ok || f.only != nil && !slices.Contains(f.only, name) {
		return nil, false
	}
	v, err := f.value.FieldByIndexErr(field.index)
	if err != nil || field.omit && empty(v) {
		return nil, false
	}
	return v.Interface(), true
}

// Text returns a member that is a text or a number, as text; empty = it is not there.
func (f Facts) Text(name string) string {
	v, ok := f.Value(name)
	if !ok {
		return ""
	}
	one := reflect.Indirect(reflect.ValueOf(v))
	if !one.IsValid() {
		return "" // null
	}
	return fmt.Sprint(one.Interface())
}

// Items returns the items of a member that is a list; nil = it is not there.
func (f Facts) Items(name string) []any {
	v, ok := f.Value(name)
	list := reflect.ValueOf(v)
	if !ok || list.Kind() != reflect.Slice {
		return nil
	}
	items := make([]any, list.Len())
	for i := range items {
		items[i] = list.Index(i).Interface()
	}
	return items
}

// Of returns the facts of one of the items.
func (f Facts) Of(item any) Facts { return f.tool.Facts(item) }

// empty is what omitempty of encoding/json omits.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	default:
		return v.IsZero()
	}
}

// factIndex keeps where members are, for the types of one tool's results. It is safe for
// concurrent use.
type factIndex struct {
	mu    sync.RWMutex
	types map[reflect.Type]map[string]factField
}

func (x *factIndex) of(t reflect.Type) map[string]factField {
	x.mu.RLock()
	known, ok := x.types[t]
	x.mu.RUnlock()
	if ok {
		return known
	}
	fields := map[string]factField{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" && f.IsExported() {
			fields[name] = factField{f.Index, strings.Contains(options, "omit")}
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.types == nil {
		x.types = map[reflect.Type]map[string]factField{}
	}
	x.types[t] = fields
	return fields
}

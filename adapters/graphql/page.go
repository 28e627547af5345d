package graphql

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"ratchet/registry"

	"github.com/vektah/gqlparser/v2/ast"

	"ratchet"
)

// maxLimit is the most items of one page.
const maxLimit = 1000

// asked is the part of a list that was asked for.
type asked struct {
	limit, offset int
	cursor        bool
}

func (l *listing) asked(f *ast.Field, vars map[string]any) asked {
	w := asked{limit: 50}
	if n, ok := intArgument(f, "limit", vars); ok {
		w.limit = n
	}
	if n, ok := intArgument(f, "offset", vars); ok {
		w.offset = n
	}
	if arg := f.Arguments.ForName("cursor"); arg != nil {
		v, err := arg.Value.Value(vars)
		text, _ := v.(string)
		w.cursor = err == nil && text != ""
	}
	return w
}

// intArgument is the value of an argument of type Int; ok is false when it is
// absent.
func intArgument(f *ast.Field, name string, vars map[string]any) (int, bool) {
	arg := f.Arguments.ForName(name)
	if arg == nil {
		return 0, false
	}
	v, err := arg.Value.Value(vars)
	if err != nil {
		return maxLimit + 1, true // larger than any integer
	}
	switch v := v.(type) {
	case int64:
		return int(v), true
	case float64:
		return int(v), true
	case json.Number:
		n, err := strconv.Atoi(v.String())
		return n, err == nil
	case string:
		n, err := strconv.Atoi(v)
		return n, err == nil
	}
	return 0, false
}

// page appends the tool's arguments for filters, order and page.
func (l *listing) page(dst []byte, f *ast.Field, vars map[string]any) ([]byte, error) {
	member := func(key string, raw []byte) {
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = append(append(appendString(dst, key), ':'), raw...)
	}
	for _, name := range []string{"limit", "offset", "cursor"} {
		if arg := f.Arguments.ForName(name); arg != nil {
			if raw, ok := (*input)(nil).encode(nil, arg.Value, vars); ok && string(raw) != "null" {
				member(name, raw)
			}
		}
	}
	if arg := f.Arguments.ForName("filters"); arg != nil && l.filters != nil {
		if raw, ok := l.filters.encode(nil, arg.Value, vars); ok && string(raw) != "null" {
			conditions, err := conditions(raw)
			if err != nil {
				return nil, err
			}
			member("filters", conditions)
		}
	}
	if arg := f.Arguments.ForName("sort"); arg != nil && l.sort != nil {
		if raw, ok := l.sort.encode(nil, arg.Value, vars); ok && string(raw) != "null" {
			member("sort", raw)
		}
	}
	return dst, nil
}

// conditions turns {field: {operator: value}} into the tool's list of filters,
// in a fixed order: cursors remember it.
func conditions(raw json.RawMessage) (json.RawMessage, error) {
	var byField map[string]map[ratchet.Operator]json.RawMessage
	if err := json.Unmarshal(raw, &byField); err != nil {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "filters cannot be read").At("/filters").Wrap(err)
	}
	type condition struct {
		Field    string           `json:"field"`
		Operator ratchet.Operator `json:"operator"`
		Value    json.RawMessage  `json:"value"`
	}
	list := []condition{}
	for _, field := range slices.Sorted(maps.Keys(byField)) {
		for _, op := range slices.Sorted(maps.Keys(byField[field])) {
			list = append(list, condition{field, op, byField[field][op]})
		}
	}
	return json.Marshal(list)
}

// answer makes {items, meta} of a tool's result.
func (l *listing) answer(result registry.Facts, f *ast.Field, vars map[string]any) (json.RawMessage, error) {
	w := l.asked(f, vars)
	items := json.RawMessage("[]")
	if list := result.Items(l.items); len(list) > 0 {
		raw, err := json.Marshal(list)
		if err != nil {
			return nil, fmt.Errorf("write the items of a page: %w", err)
		}
		items = raw
	}
	where, _ := result.Value("pagination")
	page, _ := where.(registry.Pagination)
	next, _ := result.Value("next_cursor") // null when it is not there
	note, _ := result.Value("note")
	meta := map[string]any{
		"totalCount": page.TotalCount, "totalIsLowerBound": page.LowerBound, "limit": w.limit, "offset": w.offset, "nextCursor": next,
		"hasNext": page.HasNext, "hasPrevious": page.HasPrevious, "note": note,
	}
	if w.cursor {
		meta["offset"] = nil
	} else {
		meta["hasPrevious"] = w.offset > 0
	}
	told, err := json.Marshal(meta)
	if err != nil {
		return nil, fmt.Errorf("write a page: %w", err)
	}
	out := append(make([]byte, 0, len(items)+len(told)+20), `{"items":`...)
	out = append(append(append(out, items...), `,"meta":`...), told...)
	return append(out, '}'), nil
}

package graphql

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"ratchet"
)

// window is the part of a list that was asked for, and the page of the tool
// that holds it.
type window struct {
	offset, limit int // wanted
	page, size    int // asked of the tool; page counts from 0
	cursor        string
}

const maxLimit = 1000

// window reads limit, offset and cursor.
func (l *listing) window(f *ast.Field, vars map[string]any) (window, error) {
	w := window{limit: 50}
	for name, target := range map[string]*int{"limit": &w.limit, "offset": &w.offset} {
		if n, ok := intArgument(f, name, vars); ok {
			*target = n
		}
	}
	if arg := f.Arguments.ForName("cursor"); arg != nil {
		if v, err := arg.Value.Value(vars); err == nil {
			w.cursor, _ = v.(string)
		}
	}
	switch {
	case w.limit < 1 || w.limit > maxLimit:
		return w, ratchet.Errorf(ratchet.CodeInvalid, "limit must be 1 to %d, is %d", maxLimit, w.limit).At("/limit")
	case w.offset < 0:
		return w, ratchet.Errorf(ratchet.CodeInvalid, "offset must not be negative, is %d", w.offset).At("/offset")
	case w.offset > 0 && w.cursor != "":
		return w, ratchet.Errorf(ratchet.CodeInvalid, "cursor and offset exclude each other").At("/offset").WithHint("pass the cursor alone")
	}
	// Tools count in pages: take the smallest page that holds the window.
	for w.size = w.limit; w.size <= maxLimit; w.size++ {
		if w.page = w.offset / w.size; (w.offset+w.limit-1)/w.size == w.page {
			return w, nil
		}
	}
	return w, ratchet.Errorf(ratchet.CodeInvalid, "no page holds %d items after %d", w.limit, w.offset).At("/offset").
		WithHint("pass a multiple of limit as offset, or page on with meta.nextCursor")
}

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
	w, err := l.window(f, vars)
	if err != nil {
		return nil, err
	}
	member := func(key string, raw []byte) {
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = append(append(appendString(dst, key), ':'), raw...)
	}
	member("limit", strconv.AppendInt(nil, int64(w.size), 10))
	if w.cursor != "" {
		member("cursor", appendString(nil, w.cursor))
	} else if w.page > 0 {
		member("page", strconv.AppendInt(nil, int64(w.page), 10))
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
			by, order, err := sorting(raw)
			if err != nil {
				return nil, err
			}
			if by != "" {
				member("sort_by", appendString(nil, by))
				member("sort_order", appendString(nil, order))
			}
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

func sorting(raw json.RawMessage) (by, order string, err error) {
	var list []struct{ Field, Order string }
	if err := json.Unmarshal(raw, &list); err != nil {
		return "", "", ratchet.Errorf(ratchet.CodeInvalid, "sort cannot be read").At("/sort").Wrap(err)
	}
	switch {
	case len(list) == 0:
		return "", "", nil
	case len(list) > 1:
		return "", "", ratchet.Errorf(ratchet.CodeInvalid, "sort takes one field, not %d; ties are broken by id", len(list)).At("/sort/1")
	case list[0].Order == "":
		return list[0].Field, "asc", nil
	}
	return list[0].Field, list[0].Order, nil
}

// answer makes {items, meta} of a tool's result.
func (l *listing) answer(result json.RawMessage, f *ast.Field, vars map[string]any) (json.RawMessage, error) {
	w, err := l.window(f, vars)
	if err != nil {
		return nil, err
	}
	var head struct {
		Pagination struct {
			TotalCount  int64 `json:"total_count"`
			HasNext     bool  `json:"has_next"`
			HasPrevious bool  `json:"has_previous"`
		} `json:"pagination"`
		NextCursor *string `json:"next_cursor"`
	}
	if err := json.Unmarshal(result, &head); err != nil {
		return nil, fmt.Errorf("read a page: %w", err)
	}
	items := json.RawMessage("[]")
	eachMember(result, func(key, raw []byte) bool {
		if string(key) == l.items {
			items = raw
		}
		return string(key) != l.items
	})
	if string(items) == "null" {
		items = json.RawMessage("[]")
	}
	meta := map[string]any{
		"totalCount": head.Pagination.TotalCount, "limit": w.limit, "offset": w.offset, "nextCursor": head.NextCursor,
		"hasNext": head.Pagination.HasNext, "hasPrevious": head.Pagination.HasPrevious,
	}
	if w.cursor != "" {
		meta["offset"] = nil
	} else {
		meta["hasNext"], meta["hasPrevious"] = int64(w.offset)+int64(w.limit) < head.Pagination.TotalCount, w.offset > 0
	}
	if skip := w.offset - w.page*w.size; skip > 0 || w.size != w.limit {
		items = cut(items, skip, w.limit)
		if skip+w.limit != w.size {
			meta["nextCursor"] = nil // the tool's cursor is behind the window
		}
	}
	told, err := json.Marshal(meta)
	if err != nil {
		return nil, fmt.Errorf("write a page: %w", err)
	}
	out := append(make([]byte, 0, len(items)+len(told)+20), `{"items":`...)
	out = append(append(append(out, items...), `,"meta":`...), told...)
	return append(out, '}'), nil
}

// cut keeps n items of a JSON array after the first skip.
func cut(array json.RawMessage, skip, n int) json.RawMessage {
	out, i := []byte{'['}, 0
	eachItem(array, func(raw []byte) bool {
		if i >= skip && i < skip+n {
			if len(out) > 1 {
				out = append(out, ',')
			}
			out = append(out, raw...)
		}
		i++
		return i < skip+n
	})
	return append(out, ']')
}

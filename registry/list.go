package registry

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"ratchet"
	"ratchet/executor"
	"ratchet/schema"
)

// ListIn are the arguments every list takes. Embed it; sort_by and its enum
// are the tool's own.
type ListIn struct {
	Page      int               `json:"page,omitempty" jsonschema:"minimum=0,default=0" jsonschema_description:"0-based page" shown:"-"`
	Limit     int               `json:"limit,omitempty" jsonschema:"minimum=1,maximum=1000,default=50" jsonschema_description:"page size" shown:""`
	Cursor    string            `json:"cursor,omitempty" jsonschema_description:"next_cursor of the page before; excludes page" shown:"next_cursor of the page before"`
	Offset    int               `json:"offset,omitempty" jsonschema:"minimum=0" jsonschema_description:"rows to skip; excludes page and cursor" shown:"-"`
	SortOrder string            `json:"sort_order,omitempty" jsonschema:"enum=asc,enum=desc"`
	Sort      []ratchet.SortKey `json:"sort,omitempty" jsonschema:"maxItems=5" jsonschema_description:"several fields of sort_by; instead of it" shown:"-"`
	Filters   []ratchet.Filter  `json:"filters,omitempty" jsonschema_description:"conditions joined by AND" shown:"[{field, operator: EQ NE CONTAINS GT LT IN…, value}]"`
	Fields    []string          `json:"fields,omitempty" jsonschema_description:"return only these (dotted) fields of each item" shown:"-"`
}

// Query is the arguments as a query, sorted by sortBy; extra filters come first.
func (l ListIn) Query(sortBy string, extra ...ratchet.Filter) (ratchet.Query, error) {
	if l.Cursor != "" && l.Page > 0 {
		return ratchet.Query{}, ratchet.Errorf(ratchet.CodeInvalid, "cursor and page exclude each other").
			At("/page").WithHint("pass the cursor alone")
	}
	if l.Offset > 0 && (l.Cursor != "" || l.Page > 0) {
		return ratchet.Query{}, ratchet.Errorf(ratchet.CodeInvalid, "offset excludes cursor and page").
			At("/offset").WithHint("pass one of offset, page and cursor")
	}
	limit := l.Limit
	if limit == 0 {
		limit = 50
	}
	q := ratchet.Query{
		Filters: slices.Concat(extra, l.Filters), SortBy: sortBy, Desc: l.SortOrder == "desc",
		Limit: limit, Offset: max(l.Page*limit, l.Offset), Cursor: l.Cursor,
	}
	if len(l.Sort) > 0 {
		q.SortBy, q.Desc, q.ThenBy = l.Sort[0].Field, l.Sort[0].Order == "desc", l.Sort[1:]
	}
	return q, nil
}

// ListOut is what every list answers beside its items. Embed it.
type ListOut struct {
	Pagination Pagination       `json:"pagination"`
	NextCursor string           `json:"next_cursor,omitempty" jsonschema_description:"absent on the last page"`
	Sorting    Sorting          `json:"sorting"`
	Filters    []ratchet.Filter `json:"filters" jsonschema_description:"as understood"`
	Note       string           `json:"note,omitempty" jsonschema_description:"why there is nothing or less than limit on this page"`
}

// Pagination says where a page is in its list. Next and previous pages are
// null when there is none.
type Pagination struct {
	Page         int   `json:"page"`
	Limit        int   `json:"limit"`
	TotalCount   int64 `json:"total_count"`
	LowerBound   bool  `json:"total_is_lower_bound,omitempty" jsonschema_description:"true: total_count and total_pages are at least this; go on with next_cursor"`
	TotalPages   int64 `json:"total_pages"`
	HasNext      bool  `json:"has_next"`
	HasPrevious  bool  `json:"has_previous"`
	NextPage     *int  `json:"next_page" jsonschema:"nullable"`
	PreviousPage *int  `json:"previous_page" jsonschema:"nullable"`
}

// Sorting is the order of a list.
type Sorting struct {
	SortBy    string            `json:"sort_by"`
	SortOrder string            `json:"sort_order"`
	ThenBy    []ratchet.SortKey `json:"then_by,omitempty" jsonschema_description:"further fields"`
}

// NewListOut describes the page that q asked for.
func NewListOut(q ratchet.Query, total int64, next string) ListOut {
	page := q.Offset / max(q.Limit, 1)
	p := Pagination{
		Page: page, Limit: q.Limit, TotalCount: total,
		TotalPages: (total + int64(q.Limit) - 1) / int64(max(q.Limit, 1)),
		HasNext:    next != "", HasPrevious: page > 0 || q.Cursor != "",
	}
	if q.Cursor == "" {
		p.HasNext = int64(q.Offset+q.Limit) < total
		if p.HasNext {
			n := page + 1
			p.NextPage = &n
		}
		if page > 0 {
			n := page - 1
			p.PreviousPage = &n
		}
	}
	order := "asc"
	if q.Desc {
		order = "desc"
	}
	filters := q.Filters
	if filters == nil {
		filters = []ratchet.Filter{}
	}
	out := ListOut{Pagination: p, NextCursor: next, Sorting: Sorting{SortBy: q.SortBy, SortOrder: order, ThenBy: q.ThenBy}, Filters: filters}
	if total > 0 && q.Cursor == "" && int64(q.Offset) >= total {
		out.Note = executor.Plural(int(total), "item") + " match and are before this page: pages count from 0"
	}
	return out
}

// AtLeast marks the total as a lower bound.
func (o ListOut) AtLeast() ListOut {
	p := &o.Pagination
	p.LowerBound, p.HasNext, p.NextPage = true, o.NextCursor != "", nil
	if byCursor := p.HasPrevious && p.PreviousPage == nil; p.HasNext && !byCursor {
		n := p.Page + 1
		p.NextPage = &n
	}
	return o
}

// Unfinished is what an incomplete page says.
const Unfinished = "the search used its time before this page was full: go on with the cursor of the next page, not with a page number"

// Incomplete marks a page whose search stopped before the page was full: more
// may match, and only the cursor goes on behind what was searched.
func (o ListOut) Incomplete() ListOut {
	o.Pagination.HasNext, o.Pagination.NextPage, o.Note = true, nil, Unfinished
	return o
}

// Row is an item of a list, shown whole or with some of its fields.
type Row[T any] struct {
	Value  T
	Fields []string // dotted names; empty = all
}

// Rows wraps items for a list. Fields that T does not have are an error.
func Rows[T any](items []T, fields []string) ([]Row[T], error) {
	names := fieldNames(reflect.TypeFor[T]())
	for i, f := range fields {
		head, _, _ := strings.Cut(f, ".")
		if !slices.Contains(names, head) {
			e := ratchet.Errorf(ratchet.CodeInvalid, "fields: the items have no field %q", f).
				At("/fields/"+strconv.Itoa(i)).With(ratchet.FieldAllowed, names)
			if near := schema.Nearest(head, names); near != "" {
				e.With(ratchet.FieldNearest, near)
			}
			return nil, e
		}
	}
	rows := make([]Row[T], len(items))
	for i, item := range items {
		rows[i] = Row[T]{Value: item, Fields: fields}
	}
	return rows, nil
}

// PartialOf makes the schema of a row that of T with no field required.
func (Row[T]) PartialOf() any {
	var zero T
	return zero
}

// Links are those of the value.
func (r Row[T]) Links() []Link {
	if v, ok := any(r.Value).(Linked); ok {
		return v.Links()
	}
	return nil
}

// MarshalJSON writes the selected fields.
func (r Row[T]) MarshalJSON() ([]byte, error) {
	whole, err := json.Marshal(r.Value)
	if err != nil || len(r.Fields) == 0 {
		return whole, err
	}
	return project(whole, r.Fields)
}

// project keeps the given dotted fields of a JSON object, in their order.
func project(obj json.RawMessage, fields []string) (json.RawMessage, error) {
	var values map[string]json.RawMessage
	if err := json.Unmarshal(obj, &values); err != nil {
		return obj, nil // not an object: nothing to select from
	}
	below := map[string][]string{}
	var order []string
	for _, f := range fields {
		head, rest, dotted := strings.Cut(f, ".")
		if _, seen := below[head]; !seen {
			order = append(order, head)
			below[head] = []string{}
		}
		if !dotted {
			below[head] = nil
		} else if below[head] != nil {
			below[head] = append(below[head], rest)
		}
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for _, head := range order {
		value, ok := values[head]
		if !ok {
			continue
		}
		if rest := below[head]; rest != nil {
			value, _ = project(value, rest)
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		key, _ := json.Marshal(head)
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func fieldNames(t reflect.Type) []string {
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return names
}

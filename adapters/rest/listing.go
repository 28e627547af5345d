package rest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ratchet"
	"ratchet/casing"
)

// Bounds of a page.
const (
	maxPage     = 100
	defaultPage = 25
)

// paging is what a request asks of a list.
type paging struct {
	limit   int
	offset  int
	cursor  string
	ranged  bool     // by _start and _end
	filters []string // parameters by index of the filters
}

// listQuery reads the query of a list: paging, sorting, the tool's own
// arguments and filters.
func (x *requestContext) listQuery(op *operation, values url.Values) ([]member, error) {
	x.page = &paging{limit: defaultPage}
	if err := x.page.read(values); err != nil {
		return nil, err
	}
	list := []member{{"limit", strconv.AppendInt(nil, int64(x.page.limit), 10)}}
	if x.page.cursor != "" {
		list = append(list, member{"cursor", quoted(x.page.cursor)})
	} else if x.page.offset > 0 {
		list = append(list, member{"offset", strconv.AppendInt(nil, int64(x.page.offset), 10)})
	}
	sort, err := sorting(values)
	if err != nil {
		return nil, err
	}
	if sort != nil {
		list = append(list, member{"sort", sort})
	}
	var filters []ratchet.Filter
	for _, name := range names(values) {
		if reserved(name) {
			continue
		}
		if p := op.in.Field(name); p != nil && !managed(p.Name) {
			raw, err := argument(p, values[name])
			if err != nil {
				return nil, err
			}
			list = append(list, member{p.Name, raw})
			continue
		}
		f, err := op.filter(name, values[name])
		if err != nil {
			return nil, err
		}
		filters, x.page.filters = append(filters, f), append(x.page.filters, name)
	}
	if filters != nil {
		raw, err := json.Marshal(filters)
		if err != nil {
			return nil, fmt.Errorf("write the filters: %w", err)
		}
		list = append(list, member{"filters", raw})
	}
	return list, nil
}

// reserved are the parameters of every list.
func reserved(name string) bool {
	return slices.Contains([]string{"_start", "_end", "page", "limit", "cursor", "_sort", "_order"}, name)
}

// managed are the arguments of list tools that other parameters stand for.
func managed(argument string) bool {
	return slices.Contains([]string{"page", "limit", "cursor", "offset", "sort", "sort_by", "sort_order", "filters"}, argument)
}

// read reads where the page is.
func (p *paging) read(values url.Values) error {
	number := func(name string, least, most int) (n int, given bool, err error) {
		list, given := values[name]
		if !given {
			return 0, false, nil
		}
		n, fault := strconv.Atoi(list[0])
		if fault != nil || n < least || n > most || len(list) > 1 {
			bounds := fmt.Sprintf("%d to %d", least, most)
			return 0, true, ratchet.Errorf(ratchet.CodeInvalid, "%s must be one whole number from %s", name, bounds).
				At("/"+name).With(ratchet.FieldAllowed, bounds)
		}
		return n, true, nil
	}
	const far = 1 << 40
	start, hasStart, err := number("_start", 0, far)
	if err != nil {
		return err
	}
	end, hasEnd, err := number("_end", 1, far)
	if err != nil {
		return err
	}
	page, hasPage, err := number("page", 1, far/maxPage)
	if err != nil {
		return err
	}
	limit, hasLimit, err := number("limit", 1, maxPage)
	if err != nil {
		return err
	}
	p.cursor = values.Get("cursor")
	if hasLimit {
		p.limit = limit
	}
	ranged := hasStart || hasEnd
	switch {
	case ranged && (hasPage || hasLimit || p.cursor != ""):
		return ratchet.Errorf(ratchet.CodeInvalid, "_start and _end exclude page, limit and cursor").At("/_start").
			WithHint("use one way of paging")
	case hasPage && p.cursor != "":
		return ratchet.Errorf(ratchet.CodeInvalid, "cursor and page exclude each other").At("/page").WithHint("pass the cursor alone")
	case hasEnd && (end <= start || end-start > maxPage):
		return ratchet.Errorf(ratchet.CodeInvalid, "_end must be 1 to %d more than _start", maxPage).At("/_end").
			With(ratchet.FieldAllowed, fmt.Sprintf("%d to %d", start+1, start+maxPage))
	case hasEnd:
		p.limit = end - start
	}
	p.offset, p.ranged = start, ranged
	if hasPage {
		p.offset = (page - 1) * p.limit
	}
	return nil
}

// sorting reads _sort and _order as the tool's argument sort; nil = neither.
func sorting(values url.Values) ([]byte, error) {
	split := func(name string) []string {
		var list []string
		for _, v := range values[name] {
			if v != "" {
				list = append(list, strings.Split(v, ",")...)
			}
		}
		return list
	}
	fields, orders := split("_sort"), split("_order")
	if len(orders) > len(fields) {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "_order names %d orders for %d fields of _sort", len(orders), len(fields)).At("/_order")
	}
	keys := make([]ratchet.SortKey, len(fields))
	for i, f := range fields {
		keys[i] = ratchet.SortKey{Field: casing.Snake(f), Order: "asc"}
		if i < len(orders) {
			keys[i].Order = strings.ToLower(orders[i])
			if keys[i].Order != "asc" && keys[i].Order != "desc" {
				return nil, ratchet.Errorf(ratchet.CodeInvalid, "%q is not an order", clip(orders[i])).At("/_order").
					With(ratchet.FieldAllowed, []string{"ASC", "DESC"})
			}
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	raw, err := json.Marshal(keys)
	if err != nil {
		return nil, fmt.Errorf("write the order: %w", err)
	}
	return raw, nil
}

// suffixes are how a query spells operators.
func suffixes() map[string]ratchet.Operator {
	return map[string]ratchet.Operator{
		"_ne": ratchet.OpNE, "_like": ratchet.OpContains, "_contains": ratchet.OpContains,
		"_starts_with": ratchet.OpStartsWith, "_ends_with": ratchet.OpEndsWith,
		"_startswith": ratchet.OpStartsWith, "_endswith": ratchet.OpEndsWith,
		"_gt": ratchet.OpGT, "_gte": ratchet.OpGTE, "_lt": ratchet.OpLT, "_lte": ratchet.OpLTE,
		"_in": ratchet.OpIn, "_not_in": ratchet.OpNotIn,
	}
}

// filter reads a parameter as a condition: a field, or a field and a suffix,
// of which the longest wins.
func (op *operation) filter(parameter string, values []string) (ratchet.Filter, error) {
	field, operator := casing.Snake(parameter), ratchet.OpEQ
	if _, whole := op.filters[field]; !whole {
		longest := ""
		for suffix, o := range suffixes() {
			if strings.HasSuffix(field, suffix) && len(suffix) > len(longest) {
				longest, operator = suffix, o
			}
		}
		field = strings.TrimSuffix(field, longest)
	}
	f, ok := op.filters[field]
	if !ok {
		return ratchet.Filter{}, unknownParameter(parameter, op.parameters())
	}
	if !slices.Contains(f.Operators, operator) {
		return ratchet.Filter{}, ratchet.Errorf(ratchet.CodeInvalid, "%s does not take %s", casing.Camel(field), operator).
			At("/"+parameter).With(ratchet.FieldAllowed, f.Operators)
	}
	many := operator == ratchet.OpIn || operator == ratchet.OpNotIn
	if len(values) > 1 && operator == ratchet.OpEQ {
		return ratchet.Filter{Field: field, Operator: ratchet.OpIn, Value: values}, nil // id=1&id=2: one of them
	}
	if len(values) > 1 && !many {
		return ratchet.Filter{}, ratchet.Errorf(ratchet.CodeInvalid, "%s is given %d times", parameter, len(values)).At("/" + parameter)
	}
	if !many {
		return ratchet.Filter{Field: field, Operator: operator, Value: values[0]}, nil
	}
	var list []string
	for _, v := range values {
		list = append(list, strings.Split(v, ",")...)
	}
	return ratchet.Filter{Field: field, Operator: operator, Value: list}, nil
}

// parameters are the names a list's query may hold, without suffixes.
func (op *operation) parameters() []string {
	list := []string{"_start", "_end", "page", "limit", "cursor", "_sort", "_order"}
	for _, name := range camelNames(op.in) {
		if !managed(casing.Snake(name)) {
			list = append(list, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(op.filters)) {
		if camel := casing.Camel(name); !slices.Contains(list, camel) {
			list = append(list, camel)
		}
	}
	return list
}

package rest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"ratchet/registry"

	"ratchet"
	"ratchet/casing"
	"ratchet/schema"
)

// arguments collects those of a call: the body's, and over it those of the
// path, the query, the headers and the route. What is given twice must agree.
func (x *requestContext) arguments(op *operation) (json.RawMessage, error) {
	var given []member
	var body []byte
	if x.r.Method != http.MethodGet && x.r.Method != http.MethodHead {
		raw, err := x.h.readBody(x.r)
		if err != nil {
			return nil, err
		}
		if raw != nil {
			if raw, err = x.withoutEchoes(op, raw); err != nil {
				return nil, err
			}
			if body, err = snakeJSON(op.in, raw); err != nil {
				return nil, err
			}
		}
	}
	more, err := x.query(op)
	if err != nil {
		return nil, err
	}
	headers, err := x.headers(op)
	if err != nil {
		return nil, err
	}
	if len(more)+len(headers)+len(x.vars)+len(op.fixed) == 0 {
		return body, nil
	}
	given = members(body)
	add := func(m member, where string) error {
		had := find(given, m.name)
		switch {
		case had == nil:
			given = append(given, m)
		case !sameText(had, m.raw):
			return ratchet.Errorf(ratchet.CodeInvalid, "%s is given twice with different values: in %s and outside it",
				casing.Camel(m.name), where).At("/" + m.name)
		}
		return nil
	}
	for _, v := range x.vars {
		if err := add(member{v.name, quoted(v.value)}, "the path"); err != nil {
			return nil, err
		}
	}
	for _, group := range []struct {
		where string
		list  []member
	}{{"the query", more}, {"a header", headers}, {"the route", op.fixed}} {
		for _, m := range group.list {
			if err := add(m, group.where); err != nil {
				return nil, err
			}
		}
	}
	return object(given), nil
}

// sameText says whether two JSON values are alike, be they texts or not: 5 is "5".
func sameText(a, b []byte) bool { return plain(a) == plain(b) }

// plain is a JSON value as it stands in a path or a query: a text without its
// quotes, another value as compact JSON.
func plain(raw []byte) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var tidy bytes.Buffer
	if json.Compact(&tidy, raw) == nil {
		return tidy.String()
	}
	return string(raw)
}

func quoted(text string) []byte {
	raw, _ := json.Marshal(text) // a text can be written
	return raw
}

func object(list []member) json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(quoted(m.name))
		b.WriteByte(':')
		b.Write(m.raw)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// query reads the arguments in the query.
func (x *requestContext) query(op *operation) ([]member, error) {
	if x.r.URL.RawQuery == "" && op.filters == nil {
		return nil, nil
	}
	values, err := parseQuery(x.r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	if op.filters != nil {
		return x.listQuery(op, values)
	}
	var list []member
	for _, name := range names(values) {
		if op.route.One {
			return nil, unknownParameter(name, []string{})
		}
		p := op.in.Field(name)
		if p == nil {
			return nil, unknownParameter(name, camelNames(op.in))
		}
		if find(list, p.Name) != nil {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "%s is given in both spellings", p.Camel).At("/" + p.Name)
		}
		raw, err := argument(p, values[name])
		if err != nil {
			return nil, err
		}
		list = append(list, member{p.Name, raw})
	}
	return list, nil
}

// camelNames are the names of an object's fields, sorted.
func camelNames(t *schema.Type) []string {
	list := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		list[i] = f.Camel
	}
	slices.Sort(list)
	return list
}

// parseQuery reads a query strictly: nothing in it is dropped.
func parseQuery(raw string) (url.Values, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "the query is not percent-encoded text").
			WithHint("encode what stands behind the question mark; write & between parameters")
	}
	for name, list := range values {
		for _, v := range append(list, name) {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return nil, ratchet.Errorf(ratchet.CodeInvalid, "the query is not UTF-8 text without NUL")
			}
		}
	}
	return values, nil
}

func names(values url.Values) []string {
	list := make([]string, 0, len(values))
	for name := range values {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func unknownParameter(name string, known []string) *ratchet.Error {
	e := ratchet.Errorf(ratchet.CodeInvalid, "there is no parameter %q", clip(name)).At("/"+clip(name)).With(ratchet.FieldAllowed, known)
	if near := schema.Nearest(name, known); near != "" {
		e.With(ratchet.FieldNearest, near).WithHint("did you mean %s?", near)
	}
	return e
}

// argument is a parameter as an argument. The tool reads texts as what it
// wants; lists are joined by commas or repeated.
func argument(p *schema.Field, values []string) ([]byte, error) {
	if p.Type.Kind != "array" {
		if len(values) > 1 {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "%s is given %d times", p.Camel, len(values)).At("/" + p.Name)
		}
		return quoted(values[0]), nil
	}
	var list []string
	for _, v := range values {
		if len(values) == 1 && strings.HasPrefix(v, "[") {
			return quoted(v), nil
		}
		list = append(list, strings.Split(v, ",")...)
	}
	if p.Name == "fields" { // names of the result, which the tool spells its way
		for i := range list {
			list[i] = casing.Snake(list[i])
		}
	}
	raw, _ := json.Marshal(list) // texts can be written
	return raw, nil
}

// headers reads the arguments in the headers.
func (x *requestContext) headers(op *operation) ([]member, error) {
	var list []member
	if key := x.r.Header.Get("Idempotency-Key"); key != "" && x.r.Method == http.MethodPost {
		switch {
		case op.takes("idempotency_key"):
			list = append(list, member{"idempotency_key", quoted(key)})
		case !repeatable(op):
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "this operation takes no Idempotency-Key").
				WithHint("leave the header out; the operation would be done again")
		}
	}
	match := x.r.Header.Get("If-Match")
	if match == "" || match == "*" {
		return list, nil
	}
	if !op.takes("expected_revision") {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "this operation takes no If-Match").WithHint("leave the header out")
	}
	tag := strings.TrimSpace(match)
	if len(tag) < 2 || tag[0] != '"' || tag[len(tag)-1] != '"' || strings.ContainsRune(tag[1:len(tag)-1], '"') {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "If-Match is not one strong entity tag").
			WithHint(`send the ETag of the answer before, with its quotes: If-Match: "…"`)
	}
	return append(list, member{"expected_revision", quoted(tag[1 : len(tag)-1])}), nil
}

// repeatable says whether doing it twice does no more than doing it once.
func repeatable(op *operation) bool {
	return op.tool.Idempotent || (op.tool.Effect == registry.Reads && !op.tool.Executes)
}

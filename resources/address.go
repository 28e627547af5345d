package resources

import (
	"context"
	"net/url"
	"regexp"
	"strings"

	"ratchet"
)

// address is a parsed ratchet:// address.
type address struct {
	uri   string
	kind  string // tasks, executions, docs or templates
	name  string
	part  string // source, log, …; empty = the thing itself
	query url.Values
}

// safeName has its length checked beside it: a bound in the pattern makes the
// compiled program as long as the bound, in every process that starts.
var safeName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)

const maxName = 200

// parse splits an address. Other schemes, traversal and anything that is no
// plain name are refused.
func parse(uri string) (address, error) {
	refuse := func(why string) (address, error) {
		return address{}, ratchet.Errorf(ratchet.CodeInvalid, "%s: %s", clip(uri), why).At("/uri").
			WithHint("list the resource templates to see which addresses there are")
	}
	rest, ok := strings.CutPrefix(uri, "ratchet://")
	if !ok {
		return refuse("only addresses that begin with ratchet:// can be read")
	}
	rest, query, _ := strings.Cut(rest, "?")
	if strings.ContainsAny(rest, "%\\#\x00") || strings.Contains(rest, "..") {
		return refuse("the path may hold plain names only")
	}
	parts := strings.Split(rest, "/")
	if len(parts) < 2 || len(parts) > 3 {
		return refuse("want ratchet://kind/name or ratchet://kind/name/part")
	}
	for _, p := range parts {
		if len(p) > maxName || !safeName.MatchString(p) {
			return refuse("the path may hold plain names only")
		}
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return refuse("the query cannot be read")
	}
	a := address{uri: uri, kind: parts[0], name: parts[1], query: values}
	if len(parts) == 3 {
		a.part = parts[2]
	}
	return a, nil
}

func clip(s string) string {
	if len(s) > 200 {
		return s[:200] + "…"
	}
	return s
}

// Read returns the content of an address. An address that means nothing is
// CodeNotFound.
func (s Source) Read(ctx context.Context, uri string) (Document, error) {
	if doc, found, err := s.readMore(ctx, uri); found {
		return doc, err
	}
	if strings.HasPrefix(uri, "skill://") {
		return s.readSkill(ctx, uri)
	}
	a, err := parse(uri)
	if err != nil {
		return Document{}, err
	}
	for _, t := range All() {
		pattern, allowed := cutQuery(t.Pattern)
		kind, rest, _ := strings.Cut(strings.TrimPrefix(pattern, "ratchet://"), "/")
		_, part, _ := strings.Cut(rest, "/")
		if kind != a.kind || part != a.part {
			continue
		}
		if err := s.may(ctx, t.Tools...); err != nil {
			return Document{}, err
		}
		for key := range a.query {
			if !strings.Contains(","+allowed+",", ","+key+",") {
				return Document{}, ratchet.Errorf(ratchet.CodeInvalid, "%s takes no query parameter %q", pattern, clip(key)).
					With(ratchet.FieldAllowed, strings.FieldsFunc(allowed, func(r rune) bool { return r == ',' })).At("/uri")
			}
		}
		doc, err := t.read(ctx, s, a)
		doc.URI = uri
		if doc.MIMEType == "" {
			doc.MIMEType = t.MIMEType
		}
		return doc, err
	}
	return Document{}, ratchet.Errorf(ratchet.CodeNotFound, "there is no resource %s", clip(uri)).At("/uri").
		WithHint("list the resource templates to see which addresses there are")
}

// cutQuery splits {?a,b} off a pattern.
func cutQuery(pattern string) (path, names string) {
	path, query, ok := strings.Cut(pattern, "{?")
	if !ok {
		return pattern, ""
	}
	return path, strings.TrimSuffix(query, "}")
}

package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ratchet/registry"
	"ratchet/schema"

	"ratchet"
)

func (x *requestContext) header() http.Header { return x.w.Header() }

// answer writes the result of a tool.
func (x *requestContext) answer(op *operation, out any) error {
	if op.answer.Status == http.StatusNoContent {
		x.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	facts := op.tool.Facts(out)
	switch {
	case op.route.One:
		rows := facts.Items(op.answer.Rows)
		if len(rows) == 0 {
			return x.missing()
		}
		return x.entity(op, rows[0], facts.Of(rows[0]), op.answer.Shows)
	case op.filters != nil:
		return x.list(op, facts)
	}
	return x.entity(op, out, facts, op.out)
}

// camel writes a part of a result with the names of REST.
func (op *operation) camel(t *schema.Type, part any) ([]byte, error) {
	raw, err := json.Marshal(part)
	if err != nil {
		return nil, fmt.Errorf("write the result of %s: %w", op.tool.Name, err)
	}
	return camelJSON(t, raw, make([]byte, 0, len(raw)+64)), nil
}

// missing is the refusal of a route to one item that is not there.
func (x *requestContext) missing() error {
	what := x.r.URL.Path
	if len(x.vars) > 0 {
		what = x.vars[len(x.vars)-1].value
	}
	return ratchet.Errorf(ratchet.CodeNotFound, "there is no %s", clip(what)).WithHint("list what is there without the last part of the path")
}

// entity answers one object.
func (x *requestContext) entity(op *operation, out any, facts registry.Facts, shows *schema.Type) error {
	data, err := op.camel(shows, out)
	if err != nil {
		return err
	}
	if sum := facts.Text("revision"); op.answer.Revisions && sum != "" {
		tag := `"` + sum + `"`
		x.header().Set("ETag", tag)
		if x.r.Method != http.MethodPost && x.r.Method != http.MethodPut && x.r.Method != http.MethodPatch && matches(x.r.Header.Get("If-None-Match"), tag) {
			x.w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	if op.route.Created != "" {
		x.header().Set("Location", location(op.route.Created, facts.Text))
	}
	x.envelope(statusOf(op, facts), data, nil)
	return nil
}

// statusOf is 202 for a run that goes on, else that of the route.
func statusOf(op *operation, facts registry.Facts) int {
	if op.answer.Runs {
		switch ratchet.Status(facts.Text("status")) {
		case ratchet.StatusRunning, ratchet.StatusPending:
			return http.StatusAccepted
		default:
		}
	}
	return op.answer.Status
}

// matches says whether a header of entity tags names tag.
func matches(header, tag string) bool {
	for _, one := range strings.Split(header, ",") {
		if one = strings.TrimPrefix(strings.TrimSpace(one), "W/"); one == tag || one == "*" {
			return true
		}
	}
	return false
}

// location is the path of a pattern, with its variables as value returns them.
func location(pattern string, value func(name string) string) string {
	segments := strings.Split(pattern, "/")
	for i, segment := range segments {
		if name, ok := variableName(segment); ok {
			segments[i] = url.PathEscape(value(name))
		}
	}
	return Prefix + strings.Join(segments, "/")
}

// pagination is where a page is in its list.
type pagination struct {
	Page        *int   `json:"page,omitempty"` // from 1; nil after a cursor
	Limit       int    `json:"limit"`
	Total       int    `json:"total"`
	LowerBound  bool   `json:"totalIsLowerBound,omitempty"` // total and totalPages are at least this
	TotalPages  int    `json:"totalPages"`
	HasNext     bool   `json:"hasNext"`
	HasPrevious bool   `json:"hasPrevious"`
	Offset      *int   `json:"offset,omitempty"` // nil after a cursor
	NextCursor  string `json:"nextCursor,omitempty"`

	stopped bool // the search stopped before the page was full; only the cursor goes on
}

// list answers a page: its items, and where it is.
func (x *requestContext) list(op *operation, facts registry.Facts) error {
	rows, ok := facts.Value(op.answer.Rows)
	if !ok {
		return fmt.Errorf("the result of %s holds no %s", op.tool.Name, op.answer.Rows)
	}
	items, err := op.camel(op.out.Field(op.answer.Rows).Type, rows)
	if err != nil {
		return err
	}
	where, _ := facts.Value("pagination")
	told, _ := where.(registry.Pagination)
	total := int(told.TotalCount)
	p := x.page
	shown := pagination{
		Limit: p.limit, Total: total, LowerBound: told.LowerBound, TotalPages: (total + p.limit - 1) / p.limit,
		NextCursor: facts.Text("next_cursor"),
	}
	span := "*"
	if p.cursor != "" {
		shown.HasNext, shown.HasPrevious = shown.NextCursor != "", true
	} else {
		page := p.offset/p.limit + 1
		shown.Page, shown.Offset = &page, &p.offset
		shown.HasNext, shown.HasPrevious = p.offset+p.limit < total, p.offset > 0
		end := min(p.offset+p.limit, total)
		if shown.stopped = told.HasNext && told.NextPage == nil; shown.stopped {
			end = p.offset + len(facts.Items(op.answer.Rows))
		}
		if last := end - 1; last >= p.offset {
			span = fmt.Sprintf("%d-%d", p.offset, last)
		}
	}
	whole := strconv.Itoa(total)
	h := x.header()
	h.Set("X-Total-Count", whole)
	if told.LowerBound || shown.stopped {
		shown.HasNext = shown.NextCursor != ""
	}
	if told.LowerBound {
		whole = "*"
		h.Set("X-Total-Is-Lower-Bound", "true")
	}
	h.Set("Content-Range", fmt.Sprintf("%s %s/%s", op.noun, span, whole))
	if link := x.links(shown); link != "" {
		h.Set("Link", link)
	}
	more, err := beside(op, facts)
	if err != nil {
		return err
	}
	x.envelope(http.StatusOK, items, append([]member{{"pagination", mustJSON(shown)}}, more...))
	return nil
}

// beside is the extra metadata of a list response, such as the page of the audit
// log as CSV.
func beside(op *operation, facts registry.Facts) ([]member, error) {
	var more []member
	for _, f := range op.out.Fields {
		switch f.Name {
		case op.answer.Rows, "pagination", "next_cursor", "sorting", "filters":
			continue
		}
		if part, ok := facts.Value(f.Name); ok {
			raw, err := op.camel(f.Type, part)
			if err != nil {
				return nil, err
			}
			more = append(more, member{f.Camel, raw})
		}
	}
	return more, nil
}

// mustJSON writes numbers and texts, which can be written.
func mustJSON(v any) []byte {
	raw, _ := json.Marshal(v)
	return raw
}

// links leads to the pages around this one (RFC 8288).
func (x *requestContext) links(p pagination) string {
	query := x.r.URL.Query()
	at := func(offset int) string {
		q := url.Values{}
		for name, list := range query {
			q[name] = list
		}
		if x.page.ranged {
			q.Set("_start", strconv.Itoa(offset))
			q.Set("_end", strconv.Itoa(offset+p.Limit))
		} else {
			q.Set("page", strconv.Itoa(offset/p.Limit+1))
		}
		return x.r.URL.EscapedPath() + "?" + q.Encode()
	}
	var links []string
	add := func(rel, target string) { links = append(links, "<"+target+`>; rel="`+rel+`"`) }
	if (p.Offset == nil || p.stopped) && p.NextCursor != "" {
		by := maps.Clone(query)
		if by.Set("cursor", p.NextCursor); p.stopped {
			by.Set("limit", strconv.Itoa(p.Limit))
			for _, name := range []string{"page", "_start", "_end"} {
				by.Del(name)
			}
		}
		add("next", x.r.URL.EscapedPath()+"?"+by.Encode())
	}
	if p.Offset == nil {
		return strings.Join(links, ", ")
	}
	if p.HasNext && !p.stopped {
		add("next", at(*p.Offset+p.Limit))
	}
	if p.HasPrevious {
		add("prev", at(max(0, *p.Offset-p.Limit)))
	}
	if p.Total > 0 {
		add("first", at(0))
	}
	if p.Total > 0 && !p.LowerBound {
		add("last", at((p.TotalPages-1)*p.Limit))
	}
	return strings.Join(links, ", ")
}

// envelope writes {data, meta}, with more in meta.
func (x *requestContext) envelope(status int, data []byte, more []member) {
	b := bytes.NewBuffer(make([]byte, 0, len(data)+160))
	b.WriteString(`{"data":`)
	b.Write(data)
	b.WriteString(`,"meta":{`)
	for _, m := range more {
		b.Write(quoted(m.name))
		b.WriteByte(':')
		b.Write(m.raw)
		b.WriteByte(',')
	}
	b.WriteString(`"requestId":`)
	b.Write(quoted(x.id))
	b.WriteString(`,"timestamp":"`)
	b.WriteString(x.h.now().Format(ratchet.TimeFormat))
	b.WriteString("\"}}\n")
	x.send(status, b.Bytes())
}

// send writes a JSON body, compressed when the client takes that and it helps.
func (x *requestContext) send(status int, body []byte) {
	h := x.header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Encoding")
	if len(body) >= compressFrom && takesGzip(x.r.Header.Get("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		x.w.WriteHeader(status)
		if x.r.Method != http.MethodHead {
			compress(x.w, body)
		}
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	x.w.WriteHeader(status)
	if x.r.Method != http.MethodHead {
		_, _ = x.w.Write(body) // the client has gone
	}
}

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

	"ratchet"
)

func (x *requestContext) header() http.Header { return x.w.Header() }

// answer writes the result of a tool.
func (x *requestContext) answer(op *operation, out any) error {
	if op.answer.Status == http.StatusNoContent {
		x.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("write the result of %s: %w", op.tool.Name, err)
	}
	if op.filters == nil && !op.route.One {
		data := camelJSON(op.out, raw, make([]byte, 0, len(raw)+64))
		return x.entity(op, raw, data)
	}
	parts := members(raw)
	rows := find(parts, op.answer.Rows)
	if rows == nil {
		return fmt.Errorf("the result of %s holds no %s", op.tool.Name, op.answer.Rows)
	}
	if op.route.One {
		var list []json.RawMessage
		if err := json.Unmarshal(rows, &list); err != nil {
			return fmt.Errorf("read the result of %s: %w", op.tool.Name, err)
		}
		if len(list) == 0 {
			return x.missing()
		}
		return x.entity(op, list[0], camelJSON(op.answer.Shows, list[0], nil))
	}
	return x.list(op, parts, camelJSON(op.out.Field(op.answer.Rows).Type, rows, make([]byte, 0, len(rows)+64)))
}

// missing is the refusal of a route to one item that is not there.
func (x *requestContext) missing() error {
	what := x.r.URL.Path
	if len(x.vars) > 0 {
		what = x.vars[len(x.vars)-1].value
	}
	return ratchet.Errorf(ratchet.CodeNotFound, "there is no %s", clip(what)).WithHint("list what is there without the last part of the path")
}

// entity answers one object; raw is as the tool spelled it.
func (x *requestContext) entity(op *operation, raw, data []byte) error {
	if op.answer.Runs || op.route.Created != "" || op.answer.Revisions {
		parts := members(raw)
		status := x.statusOf(op, parts)
		if sum := textOf(find(parts, "revision")); op.answer.Revisions && sum != "" {
			tag := `"` + sum + `"`
			x.header().Set("ETag", tag)
			if x.r.Method != http.MethodPost && x.r.Method != http.MethodPut && x.r.Method != http.MethodPatch && matches(x.r.Header.Get("If-None-Match"), tag) {
				x.w.WriteHeader(http.StatusNotModified)
				return nil
			}
		}
		if op.route.Created != "" {
			x.header().Set("Location", location(op.route.Created, parts))
		}
		x.envelope(status, data, nil)
		return nil
	}
	x.envelope(http.StatusOK, data, nil)
	return nil
}

// statusOf is 202 for a run that goes on, else that of the route.
func (x *requestContext) statusOf(op *operation, parts []member) int {
	if op.answer.Runs {
		switch ratchet.Status(textOf(find(parts, "status"))) {
		case ratchet.StatusRunning, ratchet.StatusPending:
			return http.StatusAccepted
		default:
		}
	}
	return op.answer.Status
}

func textOf(raw []byte) string {
	var s string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
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

// location is the path of a pattern, with its variables from parts.
func location(pattern string, parts []member) string {
	segments := strings.Split(pattern, "/")
	for i, segment := range segments {
		if name, ok := variableName(segment); ok {
			segments[i] = url.PathEscape(plain(find(parts, name)))
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
func (x *requestContext) list(op *operation, parts []member, items []byte) error {
	var told struct {
		TotalCount int  `json:"total_count"`
		LowerBound bool `json:"total_is_lower_bound"`
		HasNext    bool `json:"has_next"`
		NextPage   *int `json:"next_page"`
	}
	if raw := find(parts, "pagination"); raw != nil {
		if err := json.Unmarshal(raw, &told); err != nil {
			return fmt.Errorf("read the pagination of %s: %w", op.tool.Name, err)
		}
	}
	p := x.page
	shown := pagination{
		Limit: p.limit, Total: told.TotalCount, LowerBound: told.LowerBound, TotalPages: (told.TotalCount + p.limit - 1) / p.limit,
		NextCursor: textOf(find(parts, "next_cursor")),
	}
	span := "*"
	if p.cursor != "" {
		shown.HasNext, shown.HasPrevious = shown.NextCursor != "", true
	} else {
		page := p.offset/p.limit + 1
		shown.Page, shown.Offset = &page, &p.offset
		shown.HasNext, shown.HasPrevious = p.offset+p.limit < told.TotalCount, p.offset > 0
		end := min(p.offset+p.limit, told.TotalCount)
		if shown.stopped = told.HasNext && told.NextPage == nil; shown.stopped {
			var shows []json.RawMessage
			if err := json.Unmarshal(items, &shows); err != nil {
				return fmt.Errorf("read the items of %s: %w", op.tool.Name, err)
			}
			end = p.offset + len(shows)
		}
		if last := end - 1; last >= p.offset {
			span = fmt.Sprintf("%d-%d", p.offset, last)
		}
	}
	whole := strconv.Itoa(told.TotalCount)
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
	x.envelope(http.StatusOK, items, append([]member{{"pagination", mustJSON(shown)}}, beside(op, parts)...))
	return nil
}

// beside is the extra metadata of a list response, such as the page of the audit
// log as CSV.
func beside(op *operation, parts []member) []member {
	var more []member
	for _, p := range parts {
		switch p.name {
		case op.answer.Rows, "pagination", "next_cursor", "sorting", "filters":
			continue
		}
		if f := op.out.Field(p.name); f != nil {
			more = append(more, member{f.Camel, camelJSON(f.Type, p.raw, nil)})
		}
	}
	return more
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

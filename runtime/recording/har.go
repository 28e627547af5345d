package recording

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"ratchet/runtime"
)

// Archive is a HAR 1.2 document.
type Archive struct {
	Log Log `json:"log"`
}

// Log is the one member of a HAR document.
type Log struct {
	Version string  `json:"version"`
	Creator Creator `json:"creator"`
	Entries []Entry `json:"entries"`
}

// Creator names the program that wrote a HAR document.
type Creator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Entry is one request with its response. Times are in milliseconds.
type Entry struct {
	Started  string      `json:"startedDateTime"`
	Time     float64     `json:"time"`
	Request  HARRequest  `json:"request"`
	Response HARResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  Timings     `json:"timings"`
	Comment  string      `json:"comment,omitempty"`
}

// HARRequest is the request of an Entry. Sizes of -1 are unknown.
type HARRequest struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	HTTPVersion string    `json:"httpVersion"`
	Cookies     []Pair    `json:"cookies"`
	Headers     []Pair    `json:"headers"`
	QueryString []Pair    `json:"queryString"`
	PostData    *PostData `json:"postData,omitempty"`
	HeadersSize int       `json:"headersSize"`
	BodySize    int       `json:"bodySize"`
}

// HARResponse is the response of an Entry. Status 0 means that there was none;
// the entry's comment says why.
type HARResponse struct {
	Status      int     `json:"status"`
	StatusText  string  `json:"statusText"`
	HTTPVersion string  `json:"httpVersion"`
	Cookies     []Pair  `json:"cookies"`
	Headers     []Pair  `json:"headers"`
	Content     Content `json:"content"`
	RedirectURL string  `json:"redirectURL"`
	HeadersSize int     `json:"headersSize"`
	BodySize    int     `json:"bodySize"`
}

// Pair is a name with its value.
type Pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// PostData is the body of a request.
type PostData struct {
	MIMEType string `json:"mimeType"`
	Text     string `json:"text"`
	Encoding string `json:"encoding,omitempty"` // base64 for what is no text
}

// Content is the body of a response.
type Content struct {
	Size     int    `json:"size"`
	MIMEType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"`
}

// Timings are the phases of a request; -1 = did not happen.
type Timings struct {
	DNS     float64 `json:"dns"`
	Connect float64 `json:"connect"`
	SSL     float64 `json:"ssl"`
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

// HAR renders the requests on a tape. Secrets are masked on tapes already.
// version is that of this program.
func HAR(tape *runtime.Tape, version string) Archive {
	a := Archive{Log{Version: "1.2", Creator: Creator{"Ratchet", version}, Entries: []Entry{}}}
	for i := range tape.Calls {
		if c := &tape.Calls[i]; c.Call.Fetch != nil {
			a.Log.Entries = append(a.Log.Entries, newEntry(c, time.UnixMicro(tape.Header.Start)))
		}
	}
	return a
}

func newEntry(c *runtime.TapeCall, start time.Time) Entry {
	f := c.Call.Fetch
	e := Entry{
		Started: start.Add(time.Duration(c.Start) * time.Microsecond).UTC().Format(time.RFC3339Nano),
		Time:    float64(c.End-c.Start) / 1000,
		Request: HARRequest{
			Method: f.Method, URL: f.URL, HTTPVersion: "HTTP/1.1", Cookies: []Pair{}, Headers: pairs(f.Header),
			QueryString: query(f.URL), HeadersSize: -1, BodySize: len(f.Body),
		},
		Response: HARResponse{HTTPVersion: "HTTP/1.1", Cookies: []Pair{}, Headers: []Pair{}, HeadersSize: -1, BodySize: -1},
		Timings:  Timings{DNS: -1, Connect: -1, SSL: -1, Wait: float64(c.End-c.Start) / 1000},
	}
	if f.Body != nil {
		text, encoding := harText(f.Body)
		e.Request.PostData = &PostData{MIMEType: header1(f.Header, "content-type"), Text: text, Encoding: encoding}
	}
	switch r := c.Reply.Fetch; {
	case r != nil:
		text, encoding := harText(r.Body)
		e.Response = HARResponse{
			Status: r.Status, StatusText: r.StatusText, HTTPVersion: "HTTP/1.1", Cookies: []Pair{}, Headers: pairs(r.Header),
			Content:     Content{Size: len(r.Body), MIMEType: header1(r.Header, "content-type"), Text: text, Encoding: encoding},
			RedirectURL: header1(r.Header, "location"), HeadersSize: -1, BodySize: len(r.Body),
		}
		e.Timings = newTimings(r.Timing)
	case c.Reply.Error != nil:
		e.Comment = c.Reply.Error.Class + ": " + c.Reply.Error.Message
	default:
		e.Comment = "no answer before the run ended"
	}
	return e
}

// newTimings turns moments into phases.
func newTimings(t runtime.FetchTiming) Timings {
	ms := func(from, to int64) float64 { return float64(max(to-from, 0)) / 1000 }
	out := Timings{DNS: -1, Connect: -1, SSL: -1}
	last := int64(0)
	if t.DNS > 0 {
		out.DNS, last = ms(0, t.DNS), t.DNS
	}
	if t.Connect > 0 {
		out.Connect, last = ms(last, max(t.Connect, t.TLS)), t.Connect
	}
	if t.TLS > 0 {
		out.SSL, last = ms(last, t.TLS), t.TLS
	}
	out.Send, out.Wait, out.Receive = ms(last, t.Sent), ms(t.Sent, t.FirstByte), ms(t.FirstByte, t.Done)
	return out
}

func harText(b []byte) (text, encoding string) {
	if utf8.Valid(b) {
		return string(b), ""
	}
	return base64.StdEncoding.EncodeToString(b), "base64"
}

func pairs(list [][2]string) []Pair {
	out := make([]Pair, 0, len(list))
	for _, p := range list {
		out = append(out, Pair{p[0], p[1]})
	}
	return out
}

func query(address string) []Pair {
	out := []Pair{}
	u, err := url.Parse(address)
	if err != nil {
		return out
	}
	for _, part := range strings.FieldsFunc(u.RawQuery, func(r rune) bool { return r == '&' }) {
		name, value, _ := strings.Cut(part, "=")
		if n, err := url.QueryUnescape(name); err == nil {
			name = n
		}
		if v, err := url.QueryUnescape(value); err == nil {
			value = v
		}
		out = append(out, Pair{name, value})
	}
	return out
}

func header1(list [][2]string, name string) string {
	for _, p := range list {
		if strings.EqualFold(p[0], name) {
			return p[1]
		}
	}
	return ""
}

// ReadHAR makes a tape of a HAR document: requests with their answers and no
// order of events, so a replay serves them by method, URL and occurrence.
func ReadHAR(text []byte) (*runtime.Tape, error) {
	var a Archive
	if err := decode(text, &a); err != nil {
		return nil, fmt.Errorf("%w: no HAR document: %w", ErrFormat, err)
	}
	if !strings.HasPrefix(a.Log.Version, "1.") {
		return nil, fmt.Errorf("%w: HAR version %q, this build reads 1.x", ErrFormat, a.Log.Version)
	}
	t := &runtime.Tape{Header: runtime.TapeHeader{Version: runtime.TapeVersion}}
	var first time.Time
	for i := range a.Log.Entries {
		e := &a.Log.Entries[i]
		started, err := time.Parse(time.RFC3339Nano, e.Started)
		if err != nil {
			return nil, fmt.Errorf("%w: entry %d: startedDateTime: %w", ErrFormat, i, err)
		}
		if i == 0 {
			first = started
			t.Header.Start = started.UnixMicro()
		}
		c, err := e.call(int64(i + 1))
		if err != nil {
			return nil, fmt.Errorf("%w: entry %d: %w", ErrFormat, i, err)
		}
		c.Start = started.Sub(first).Microseconds()
		c.End = c.Start + int64(e.Time*1000)
		t.Calls = append(t.Calls, c)
	}
	return t, nil
}

func (e *Entry) call(seq int64) (c runtime.TapeCall, err error) {
	f := &runtime.FetchRequest{Method: strings.ToUpper(e.Request.Method), URL: e.Request.URL, Redirect: "follow"}
	for _, h := range e.Request.Headers {
		f.Header = append(f.Header, [2]string{h.Name, h.Value})
	}
	if p := e.Request.PostData; p != nil {
		if f.Body, err = harBytes(p.Text, p.Encoding); err != nil {
			return c, err
		}
	}
	c.Call = runtime.HostCall{Seq: seq, Kind: runtime.CallFetch, Fetch: f}
	if e.Response.Status == 0 {
		c.Reply.Error = &runtime.CallError{Class: "NetworkError", Message: e.Comment, Code: "unreachable"}
		if class, message, ok := strings.Cut(e.Comment, "Error: "); ok && !strings.Contains(class, " ") {
			c.Reply.Error.Class, c.Reply.Error.Message = class+"Error", message
		}
		return c, nil
	}
	r := &runtime.FetchResponse{Status: e.Response.Status, StatusText: e.Response.StatusText, URL: f.URL}
	for _, h := range e.Response.Headers {
		r.Header = append(r.Header, [2]string{strings.ToLower(h.Name), h.Value})
	}
	r.Body, err = harBytes(e.Response.Content.Text, e.Response.Content.Encoding)
	c.Reply.Fetch = r
	return c, err
}

func harBytes(text, encoding string) ([]byte, error) {
	if encoding == "base64" {
		return base64.StdEncoding.DecodeString(text)
	}
	return []byte(text), nil
}

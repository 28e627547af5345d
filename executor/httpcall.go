package executor

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"ratchet/runtime"
)

// previewBytes is how much of a response body a trace keeps.
const previewBytes = 1 << 10

// httpCall is one request of a run, as the trace shows it.
type httpCall struct {
	Sequence        int64             `json:"sequence"`
	URL             string            `json:"url"`
	Method          string            `json:"method"`
	RequestHeaders  map[string]string `json:"request_headers"`
	RequestSize     int               `json:"request_size"`
	ResponseStatus  *int              `json:"response_status"` // null = no response
	ResponseHeaders map[string]string `json:"response_headers"`
	ResponseSize    *int              `json:"response_size"`
	Timing          *httpTiming       `json:"timing"`
	Preview         string            `json:"response_preview,omitempty"`
	Error           string            `json:"error,omitempty"`
}

// httpTiming says when each part of a request was over, in milliseconds since
// its start; null = it did not happen.
type httpTiming struct {
	DNS       *float64 `json:"dns_lookup_ms"`
	Connect   *float64 `json:"tcp_connect_ms"`
	TLS       *float64 `json:"tls_handshake_ms"`
	Sent      *float64 `json:"request_sent_ms"`
	FirstByte *float64 `json:"first_byte_ms"`
	Received  *float64 `json:"response_received_ms"`
	Reused    bool     `json:"reused"`
}

// httpCalls renders the requests among the calls; nil when there are none.
// Secrets are masked in them already.
func httpCalls(calls []runtime.TapeCall) json.RawMessage {
	var list []httpCall
	for _, c := range calls {
		if c.Call.Fetch != nil {
			list = append(list, newHTTPCall(c))
		}
	}
	if list == nil {
		return nil
	}
	raw, _ := json.Marshal(list)
	return raw
}

func newHTTPCall(c runtime.TapeCall) httpCall {
	f := c.Call.Fetch
	h := httpCall{
		Sequence: c.Call.Seq, URL: f.URL, Method: f.Method,
		RequestHeaders: headerMap(f.Header), RequestSize: len(f.Body),
	}
	if c.Reply.Error != nil {
		h.Error = c.Reply.Error.Class + ": " + c.Reply.Error.Message
	}
	if r := c.Reply.Fetch; r != nil {
		size := len(r.Body)
		h.ResponseStatus, h.ResponseSize, h.ResponseHeaders = &r.Status, &size, headerMap(r.Header)
		h.Preview = preview(r.Body)
		t := r.Timing
		h.Timing = &httpTiming{
			DNS: optionalMS(t.DNS), Connect: optionalMS(t.Connect), TLS: optionalMS(t.TLS),
			Sent: optionalMS(t.Sent), FirstByte: optionalMS(t.FirstByte), Received: optionalMS(t.Done), Reused: t.Reused,
		}
	}
	return h
}

func optionalMS(us int64) *float64 {
	if us == 0 {
		return nil
	}
	v := float64(us) / 1000
	return &v
}

// credentials are headers whose values are never shown.
var credentials = []string{"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"}

func headerMap(pairs [][2]string) map[string]string {
	out := make(map[string]string, len(pairs))
	for _, p := range pairs {
		name, value := strings.ToLower(p[0]), p[1]
		for _, hidden := range credentials {
			if name == hidden {
				value = Redacted
			}
		}
		if before, ok := out[name]; ok {
			value = before + ", " + value
		}
		out[name] = value
	}
	return out
}

// preview is the beginning of a text body, cut between characters.
func preview(body []byte) string {
	cut := body[:min(len(body), previewBytes)]
	for len(cut) > 0 && !utf8.Valid(cut) && len(body)-len(cut) < previewBytes {
		if r, _ := utf8.DecodeLastRune(cut); r != utf8.RuneError {
			return ""
		}
		cut = cut[:len(cut)-1]
	}
	if !utf8.Valid(cut) {
		return ""
	}
	return string(cut)
}

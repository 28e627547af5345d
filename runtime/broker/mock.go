package broker

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"ratchet"
	"ratchet/runtime"
)

// mocked answers a fetch from the run's mocks. An unmatched request closes the
// door, which fails the run whatever the script catches.
func (s *Session) mocked(ctx context.Context, f *runtime.FetchRequest) (reply runtime.HostReply, err error) {
	filled, refused := s.fill(ctx, f, nil)
	if refused != nil {
		return runtime.HostReply{Error: refused}, nil
	}
	defer filled.close()
	m := s.match(filled.request)
	if m == nil {
		failure := refuse("ConfigurationError", "unmatched_request", s.describe(f))
		s.mu.Lock()
		s.failures = append(s.failures, failure.Message)
		s.mu.Unlock()
		return runtime.HostReply{Error: failure}, refusal{failure} // the reply is for the recording
	}
	timeout := s.timeout(f)
	delay := time.Duration(m.DelayMS) * time.Millisecond
	if reply.Delay, err = s.delay(ctx, min(delay, timeout)); err != nil {
		return reply, err
	}
	switch {
	case m.Error == "timeout" || delay > timeout:
		reply.Error = refuse("TimeoutError", "timeout", "no response within the time limit (mock)")
	case m.Error != "":
		reply.Error = refuse("NetworkError", "unreachable", "the connection failed (mock)")
	default:
		reply.Fetch, reply.Error = mockResponse(m.Response, f.URL)
	}
	return reply, nil
}

// wait spends a mock's delay: in real time, or, when the mock sets the run's
// clock, by telling the run to let it pass on that clock.
func (s *Session) delay(ctx context.Context, d time.Duration) (virtual time.Duration, err error) {
	if d <= 0 || s.policy.Mock.Time != "" {
		return max(d, 0), nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return 0, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// match picks a mock: exact URL first, then pattern, then part.
func (s *Session) match(f *runtime.FetchRequest) *ratchet.HTTPMock {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, test := range []func(pattern, url string) bool{
		func(p, u string) bool { return p == u }, matchPattern,
		func(p, u string) bool { return p != "" && strings.Contains(strings.ToLower(u), strings.ToLower(p)) },
	} {
		for i := range s.policy.Mock.HTTP {
			m := &s.policy.Mock.HTTP[i]
			if m.Times > 0 && s.used[i] >= m.Times || m.Method != "" && !strings.EqualFold(m.Method, f.Method) {
				continue
			}
			if test(m.URL, f.URL) && sameBody(m.RequestBody, f) {
				s.used[i]++
				return m
			}
		}
	}
	return nil
}

func matchPattern(pattern, url string) bool {
	if !strings.Contains(pattern, "*") {
		return false
	}
	expression := "^(?s:" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + ")$"
	matched, err := regexp.MatchString(expression, url)
	return err == nil && matched
}

// sameBody compares as JSON where both are, else as text.
func sameBody(want json.RawMessage, f *runtime.FetchRequest) bool {
	if len(want) == 0 || string(want) == "null" {
		return true
	}
	body, err := io.ReadAll(f.BodyReader())
	if err != nil {
		return false
	}
	var a, b any
	if json.Unmarshal(want, &a) != nil {
		return bytes.Equal(want, body)
	}
	if text, ok := a.(string); ok && text == string(body) {
		return true
	}
	return json.Unmarshal(body, &b) == nil && reflect.DeepEqual(a, b)
}

// mockResponse reads {status,…} or {ok,…} as the response, anything else as the body of a 200.
func mockResponse(raw json.RawMessage, url string) (*runtime.FetchResponse, *runtime.CallError) {
	var full struct {
		Status     *int              `json:"status"`
		OK         *bool             `json:"ok"`
		StatusText string            `json:"statusText"`
		Headers    map[string]string `json:"headers"`
		Body       json.RawMessage   `json:"body"`
	}
	response := &runtime.FetchResponse{Status: 200, URL: url}
	body := raw
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) && (hasKey(raw, "status") || hasKey(raw, "ok")) {
		if err := json.Unmarshal(raw, &full); err != nil {
			return nil, refuse("ConfigurationError", "bad_mock", "the mock's response is not {status: number, headers: {name: text}, body}")
		}
		body = full.Body
		switch {
		case full.Status != nil:
			response.Status = *full.Status
		case full.OK != nil && !*full.OK:
			response.Status = 500
		}
	}
	if response.StatusText = full.StatusText; response.StatusText == "" {
		response.StatusText = http.StatusText(response.Status)
	}
	typed := false
	for name, value := range full.Headers {
		response.Header = append(response.Header, [2]string{strings.ToLower(name), value})
		typed = typed || strings.EqualFold(name, "content-type")
	}
	slices.SortFunc(response.Header, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	kind := "application/json"
	var text string
	if len(body) > 0 && json.Unmarshal(body, &text) == nil {
		response.Body, kind = []byte(text), "text/plain;charset=utf-8"
	} else {
		response.Body = body
	}
	if !typed && len(body) > 0 {
		response.Header = append(response.Header, [2]string{"content-type", kind})
	}
	return response, nil
}

func hasKey(raw json.RawMessage, key string) bool {
	var object map[string]json.RawMessage
	_ = json.Unmarshal(raw, &object)
	_, ok := object[key]
	return ok
}

// describe shows the request and the mock that shares most of its URL.
func (s *Session) describe(f *runtime.FetchRequest) string {
	message := fmt.Sprintf("no mock answers %s %s", f.Method, f.URL)
	best, most := -1, -1
	for i, m := range s.policy.Mock.HTTP {
		if n := commonPrefix(m.URL, f.URL); n > most {
			best, most = i, n
		}
	}
	if best < 0 {
		return message + "; the test has no HTTP mocks, and a test with any mock runs offline"
	}
	m := s.policy.Mock.HTTP[best]
	message += fmt.Sprintf("; the nearest mock is %s %s", strings.ToUpper(m.Method), m.URL)
	if m.Times > 0 {
		message += fmt.Sprintf(" (times: %d)", m.Times)
	}
	return message
}

func commonPrefix(a, b string) (n int) {
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// Response reads the response of a mock: {status,…} or {ok,…} is the response,
// anything else the body of a 200. The error says what is wrong with it.
func Response(raw json.RawMessage, url string) (*runtime.FetchResponse, *runtime.CallError) {
	return mockResponse(raw, url)
}

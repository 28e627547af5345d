package broker

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"ratchet/egress"
	"ratchet/runtime"
	"ratchet/spool"
)

// refusal carries a CallError through net/http's own error values.
type refusal struct{ *runtime.CallError }

func (r refusal) Error() string { return r.Message }

// fetch performs one request over the network. It sets sent when a connection
// was there to send it on: from then on it may have been received.
func (s *Session) fetch(ctx context.Context, f *runtime.FetchRequest, sent *atomic.Bool) (*runtime.FetchResponse, *runtime.CallError) {
	u, err := url.Parse(f.URL)
	if err != nil {
		return nil, refuse("ValidationError", "bad_url", "the URL cannot be parsed")
	}
	if bad := s.checkURL(u); bad != nil {
		return nil, bad
	}
	filled, bad := s.fill(ctx, f, u)
	if bad != nil {
		return nil, bad
	}
	defer filled.close()
	f = filled.request
	timeout := s.timeout(f)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	timing, trace := newTrace(sent)
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), f.Method, f.URL, nil)
	if err != nil {
		return nil, refuse("ValidationError", "bad_url", "the request cannot be made from this URL")
	}
	setBody(request, f)
	s.setHeaders(request, f)
	client := http.Client{Transport: s.broker.transport, CheckRedirect: s.redirectRule(f.Redirect, filled)}
	response, err := client.Do(request)
	if err != nil {
		if egress.BlockedPort(err) {
			return nil, s.broker.blockedPort(u.Hostname())
		}
		return nil, explain(ctx, err, u.Hostname(), timeout)
	}
	defer response.Body.Close()
	body, spooled, bad := s.readBody(ctx, response, timeout)
	if bad != nil {
		return nil, bad
	}
	final := response.Request.URL.String()
	return &runtime.FetchResponse{
		Status: response.StatusCode, StatusText: strings.TrimSpace(strings.TrimPrefix(response.Status, strconv.Itoa(response.StatusCode))),
		Header: flatten(response.Header), Body: body, Spooled: spooled, URL: final, Redirected: response.Request != request,
		Timing: timing(),
	}, nil
}

// setBody gives a request its body, as often as redirects need it.
func setBody(request *http.Request, f *runtime.FetchRequest) {
	if request.ContentLength = f.BodySize(); request.ContentLength == 0 {
		request.Body = http.NoBody
		return
	}
	request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(f.BodyReader()), nil }
	request.Body, _ = request.GetBody() // never fails
}

func (s *Session) timeout(f *runtime.FetchRequest) time.Duration {
	switch {
	case f.TimeoutMS > 0:
		return time.Duration(f.TimeoutMS) * time.Millisecond
	case s.policy.Timeout > 0:
		return s.policy.Timeout
	default:
		return s.broker.cfg.Timeout
	}
}

func (s *Session) setHeaders(request *http.Request, f *runtime.FetchRequest) {
	for _, h := range f.Header {
		request.Header.Add(h[0], h[1])
	}
	if request.Header.Get("User-Agent") == "" {
		request.Header.Set("User-Agent", s.broker.cfg.UserAgent)
	}
	if f.IdempotencyKey != "" && request.Header.Get("Idempotency-Key") == "" {
		request.Header.Set("Idempotency-Key", f.IdempotencyKey)
	}
	if effectful(f.Method) {
		hideKeys(request.Header)
	}
}

// effectful says whether a request may do something each time it is made.
func effectful(method string) bool { return method == http.MethodPost || method == http.MethodPatch }

// hideKeys spells the headers that make net/http repeat a request by itself,
// when a reused connection breaks, so that it does not know them. Whether to
// repeat an effect is not the transport's to decide. To receivers the case of
// a name means nothing.
func hideKeys(h http.Header) {
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if values, ok := h[name]; ok {
			delete(h, name)
			h[strings.ToLower(name)] = values
		}
	}
}

// redirectRule checks each hop like a first request, and keeps credentials and
// the Referer from crossing to another origin.
func (s *Session) redirectRule(mode string, sent filling) func(*http.Request, []*http.Request) error {
	return func(next *http.Request, via []*http.Request) error {
		switch {
		case mode == "manual":
			return http.ErrUseLastResponse
		case mode == "error":
			return refusal{refuse("NetworkError", "redirected", "the server redirects and redirect is \"error\"")}
		case len(via) > s.broker.cfg.MaxRedirects:
			return refusal{refuse("NetworkError", "too_many_redirects", "stopped after "+strconv.Itoa(s.broker.cfg.MaxRedirects)+" redirects")}
		}
		elsewhere := crossed(next, via)
		if elsewhere {
			if bad := sent.takeOut(next); bad != nil {
				return refusal{bad}
			}
		}
		if bad := s.checkURL(next.URL); bad != nil {
			return refusal{bad}
		}
		if elsewhere {
			next.Header.Del("Referer")
			for name, values := range next.Header {
				if s.secretHeader(name, values) {
					delete(next.Header, name) // Del would miss the spellings of hideKeys
				}
			}
		}
		return nil
	}
}

// crossed says whether a redirect leads to another origin, now or before: what
// was left out once stays out on the way back.
func crossed(next *http.Request, via []*http.Request) bool {
	first := origin(via[0].URL)
	return origin(next.URL) != first ||
		slices.ContainsFunc(via, func(r *http.Request) bool { return origin(r.URL) != first })
}

func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	host, err := asciiHost(u.Hostname())
	if err != nil {
		host = u.Hostname()
	}
	return u.Scheme + "://" + net.JoinHostPort(host, port)
}

// secretHeader says whether a header is likely to be a credential: by its
// name, or because it holds a secret this run has read.
func (s *Session) secretHeader(name string, values []string) bool {
	lower := strings.ToLower(name)
	for _, part := range []string{"auth", "cookie", "token", "key", "secret", "session", "password", "signature", "credential"} {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return slices.ContainsFunc(values, func(v string) bool { return s.maskString(v) != v })
}

// readBody reads a body into memory, or, when it is large, where the run keeps
// its bodies.
func (s *Session) readBody(ctx context.Context, r *http.Response, timeout time.Duration) ([]byte, *spool.Body, *runtime.CallError) {
	limit := s.policy.MaxResponseBytes
	if limit <= 0 {
		limit = s.broker.cfg.MaxResponseBytes
	}
	tooLarge := refuse("DataError", "too_large", "the response is larger than "+strconv.FormatInt(limit, 10)+" bytes; ask for less, or raise http.max_response_bytes in the task's metadata")
	if r.ContentLength > limit && r.Request.Method != http.MethodHead {
		return nil, nil, tooLarge
	}
	body, spooled, err := s.policy.Bodies.Keep(s.hiding().Reader(&capped{r.Body, limit}))
	if errors.Is(err, errCapped) {
		return nil, nil, tooLarge
	}
	if bad, full := runtime.NoRoom(err); full {
		return nil, nil, bad
	}
	if err != nil {
		return nil, nil, explain(ctx, err, r.Request.URL.Hostname(), timeout)
	}
	return body, spooled, nil
}

// capped reads r and fails beyond left bytes.
type capped struct {
	r    io.Reader
	left int64
}

var errCapped = errors.New("the body is too large")

// Read implements io.Reader.
func (c *capped) Read(p []byte) (int, error) {
	n, err := c.r.Read(p[:min(int64(len(p)), c.left+1)])
	if c.left -= int64(n); c.left < 0 {
		return 0, errCapped
	}
	return n, err
}

// explain turns a transport error into what the script sees. Addresses behind
// names are not told.
func explain(ctx context.Context, err error, host string, timeout time.Duration) *runtime.CallError {
	var refused refusal
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &refused):
		return refused.CallError
	case egress.Blocked(err):
		return blockedAddress(host)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(ctx.Err(), context.DeadlineExceeded):
		return refuse("TimeoutError", "timeout", "no complete response from "+host+" within "+timeout.String())
	case errors.Is(ctx.Err(), context.Canceled):
		return refuse("NetworkError", "aborted", "the request to "+host+" was aborted")
	case errors.As(err, &dns):
		return refuse("NetworkError", "dns", "the name "+host+" could not be resolved")
	case errors.As(err, &certificate):
		return refuse("NetworkError", "tls", "the certificate of "+host+" is not valid")
	case strings.Contains(err.Error(), "server response headers exceeded"):
		return refuse("DataError", "headers_too_large", "the response headers of "+host+" are too large")
	default:
		return refuse("NetworkError", "unreachable", "the connection to "+host+" failed or broke off")
	}
}

func flatten(h http.Header) [][2]string {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	var out [][2]string
	for _, name := range names {
		for _, v := range h[name] {
			out = append(out, [2]string{strings.ToLower(name), strings.ToValidUTF8(v, "\uFFFD")})
		}
	}
	return out
}

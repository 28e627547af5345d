package wire_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"go.uber.org/goleak"

	"ratchet/server/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a server that answers each request with its method, path and
// body.
func serve(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_, _ = fmt.Fprintf(w, "%s %s [%s]", r.Method, r.URL.Path, body)
	})}
	done := make(chan error, 1)
	go func() { done <- server.Serve(wire.Listen(l)) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// send writes raw bytes and returns the answers' statuses and bodies until the
// connection ends or as many came as were asked for.
func send(t *testing.T, address, raw string, answers int) (out []string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := io.WriteString(c, raw); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(c)
	for len(out) < answers {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			return out
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		out = append(out, fmt.Sprintf("%d %s", res.StatusCode, body))
	}
	return out
}

func TestGoodRequestsPass(t *testing.T) {
	address := serve(t)
	for name, tc := range map[string]struct{ raw, want string }{
		"get":         {"GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "200 GET /a []"},
		"old":         {"GET /a HTTP/1.0\r\n\r\n", "200 GET /a []"},
		"length":      {"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", "200 POST /a [abc]"},
		"empty":       {"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "200 POST /a []"},
		"chunks":      {"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", "200 POST /a [abc0123456789]"},
		"trailer":     {"POST /a HTTP/1.1\r\nHost: x\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-T: 1\r\n\r\n", "200 POST /a [a]"},
		"binary body": {"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n\x00\n\r\n", "200 POST /a [\x00\n\r\n]"},
	} {
		t.Run(name, func(t *testing.T) {
			twice := tc.raw + "GET /b HTTP/1.1\r\nHost: x\r\n\r\n"
			got := send(t, address, twice, 2)
			if len(got) == 0 || got[0] != tc.want {
				t.Fatalf("answers = %q, want %q", got, tc.want)
			}
			if name != "old" && (len(got) != 2 || got[1] != "200 GET /b []") {
				t.Errorf("the second answer of %q is wrong", got)
			}
		})
	}
}

func TestAmbiguousRequestsAreRefused(t *testing.T) {
	address := serve(t)
	smuggled := "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
	for name, raw := range map[string]string{
		"length and chunks":         "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"chunks and length":         "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
		"two lengths":               "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 0\r\n\r\nabc",
		"the same length twice":     "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
		"lengths in one header":     "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\nabc",
		"signed length":             "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
		"negative length":           "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
		"hexadecimal length":        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0x3\r\n\r\nabc",
		"empty length":              "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n",
		"huge length":               "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
		"bare line feed":            "GET /a HTTP/1.1\nHost: x\r\n\r\n",
		"bare line feed in header":  "POST /a HTTP/1.1\r\nHost: x\nContent-Length: 3\r\n\r\nabc",
		"bare line feed at the end": "GET /a HTTP/1.1\r\nHost: x\r\n\n",
		"bare carriage return":      "GET /a HTTP/1.1\r\nHost: x\rX: y\r\n\r\n",
		"folded header":             "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
		"folded with a tab":         "GET /a HTTP/1.1\r\nHost: x\r\n\tX: y\r\n\r\n",
		"space before the colon":    "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
		"NUL":                       "GET /a HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
		"two encodings":             "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
		"other encoding":            "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"misspelt encoding":         "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"quoted encoding":           "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
		"chunks in 1.0":             "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"chunk extension":           "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\n\r\n",
		"bare line feed in a chunk": "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
		"chunk size with prefix":    "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
		"chunk size with space":     "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n",
		"chunk too long":            "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
		"huge chunk":                "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nabc\r\n",
		"length in the trailer":     "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 3\r\n\r\n",
		"no version":                "GET /a\r\nHost: x\r\n\r\n",
		"spaces in the request":     "GET  /a HTTP/1.1\r\nHost: x\r\n\r\n",
		"other protocol":            "GET /a HTTP/1.2\r\nHost: x\r\n\r\n",
		"no colon":                  "GET /a HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			for _, answer := range send(t, address, raw+smuggled, 3) {
				if !strings.HasPrefix(answer, "400") {
					t.Errorf("answered %q", answer)
				}
			}
		})
	}
}

// TestPiecesAreTheWhole feeds requests a byte at a time.
func TestPiecesAreTheWhole(t *testing.T) {
	address := serve(t)
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	raw := "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n"
	if _, err := io.Copy(c, iotest.OneByteReader(strings.NewReader(raw))); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(c)
	for _, want := range []string{"POST /a [abc]", "GET /b []"} {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if string(body) != want {
			t.Errorf("answer = %q, want %q", body, want)
		}
	}
}

package broker

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"ratchet"
	"ratchet/runtime"
)

// resolver asks a name server of the test that answers the n-th question for
// an IPv4 address with the n-th of answers, and the last one for ever.
func resolver(t *testing.T, answers ...[4]byte) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { conn.Close(); <-done })
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.Additionals = true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class},
					Body:   &dnsmessage.AResource{A: answers[0]},
				}}
				if len(answers) > 1 {
					answers = answers[1:]
				}
			}
			if packet, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(packet, from)
			}
		}
	}()
	address := conn.LocalAddr().String()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", address)
	}}
}

// A name that first leads to an address that may be reached and then to one
// that may not is refused when it is dialled the second time.
func TestFetch_refusesARebindingName(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") })
	b := New(Config{
		AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, AllowPorts: []uint16{0},
		Resolver: resolver(t, [4]byte{127, 0, 0, 1}, [4]byte{127, 0, 0, 2}),
	})
	defer b.Close()
	s := b.Host(Policy{AllowHosts: []string{"rebind.test"}})
	url = strings.Replace(url, "127.0.0.1", "rebind.test", 1)
	if r, bad := fetch(s, runtime.FetchRequest{URL: url}); bad != nil || r.Status != http.StatusOK {
		t.Fatalf("first answer: %+v %+v", r, bad)
	}
	r, bad := fetch(s, runtime.FetchRequest{URL: url})
	if bad == nil || bad.Code != "blocked_address" {
		t.Fatalf("second answer: %+v %+v", r, bad)
	}
	if strings.Contains(bad.Message, "127.0.0.2") {
		t.Errorf("the message tells the address: %s", bad.Message)
	}
}

func TestSession_mockDelays(t *testing.T) {
	const minute = 60_000
	mocks := []ratchet.HTTPMock{
		{URL: "http://a.example/late", DelayMS: minute},
		{URL: "http://a.example/soon", DelayMS: 1},
	}
	call := func(m ratchet.Mock, request runtime.FetchRequest) runtime.HostReply {
		m.HTTP, request.Method = mocks, "GET"
		reply, err := open(t).Host(Policy{Mock: &m}).Call(t.Context(), runtime.HostCall{Seq: 1, Kind: runtime.CallFetch, Fetch: &request})
		if err != nil {
			t.Fatal(err)
		}
		return reply
	}
	clock := ratchet.Mock{Time: "2030-01-02T03:04:05Z"}
	if r := call(clock, runtime.FetchRequest{URL: "http://a.example/late", TimeoutMS: 2 * minute}); r.Fetch == nil || r.Delay != time.Minute {
		t.Errorf("mocked clock: %+v", r)
	}
	if r := call(clock, runtime.FetchRequest{URL: "http://a.example/late", TimeoutMS: 1000}); r.Error == nil || r.Error.Class != "TimeoutError" || r.Delay != time.Second {
		t.Errorf("mocked clock, timeout: %+v", r)
	}
	if r := call(ratchet.Mock{}, runtime.FetchRequest{URL: "http://a.example/soon"}); r.Fetch == nil || r.Delay != 0 {
		t.Errorf("real clock: %+v", r)
	}
}

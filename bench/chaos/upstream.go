package chaos

import (
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// upstream is what tasks send their effects to. It counts each effect by its
// token and, in a run with faults, does not always behave.
type upstream struct {
	port   string
	seed   uint64
	faults bool
	server *http.Server

	mu   sync.Mutex
	made map[string]int // requests received whole, by token
	seen map[string]int // requests, by token
	how  map[string]int // how requests were treated
}

func openUpstream(seed uint64, faults bool) (*upstream, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return nil, err
	}
	u := &upstream{port: port, seed: seed, faults: faults, made: map[string]int{}, seen: map[string]int{}, how: map[string]int{}}
	u.server = &http.Server{Handler: u, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = u.server.Serve(l) }() // ends with close
	return u, nil
}

func (u *upstream) close() { _ = u.server.Close() }

// treatment is what becomes of the nth request of a token: the seed decides.
func (u *upstream) treatment(token string, n int) string {
	if !u.faults {
		return "answered"
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s %d", u.seed, token, n)
	switch h.Sum64() % 20 {
	case 0:
		return "dropped unread"
	case 1:
		return "dropped after reading"
	case 2:
		return "answered by half"
	case 3:
		return "declined"
	case 4:
		return "answered late"
	}
	return "answered"
}

// ServeHTTP takes one effect: POST /pay/TOKEN.
func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token := strings.TrimPrefix(r.URL.Path, "/pay/")
	u.mu.Lock()
	u.how["requests"]++
	how := u.treatment(token, u.seen[token])
	u.seen[token]++
	u.how[how]++
	u.mu.Unlock()
	switch how {
	case "dropped unread":
		u.drop(w, "")
		return
	case "declined":
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return
	case "answered late":
		time.Sleep(200 * time.Millisecond)
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return
	}
	u.mu.Lock()
	u.made[token]++
	u.mu.Unlock()
	switch how {
	case "dropped after reading":
		u.drop(w, "")
	case "answered by half":
		u.drop(w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"receipt\":")
	default:
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"receipt":%q}`, token)
	}
}

// drop breaks the connection after some text.
func (u *upstream) drop(w http.ResponseWriter, text string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = io.WriteString(conn, text)
	_ = conn.Close()
}

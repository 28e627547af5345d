package cost

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// patience is how long a client waits before it goes away.
const patience = 3 * time.Second

// send makes one request and reads what comes back within the patience.
func (t *target) send(ctx context.Context, r request) (status int, body []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if r.method == "WS" {
		return 0, nil, t.subscribe(ctx, r)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, t.url+r.path, strings.NewReader(r.body))
	if err != nil {
		return 0, nil, err
	}
	for _, h := range r.headers {
		req.Header.Set(h[0], h[1])
	}
	if key := t.keys[r.caller]; key != "" {
		req.Header.Set("X-API-Key", key)
	}
	res, err := t.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") && r.path != "/mcp" {
		return res.StatusCode, nil, nil // it has no end of its own
	}
	body, err = io.ReadAll(io.LimitReader(res.Body, 32<<20))
	return res.StatusCode, body, err
}

// subscribe sends the document on a WebSocket, whether or not the server has
// said yes to the caller.
func (t *target) subscribe(ctx context.Context, r request) error {
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(t.url, "http")+r.path, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}) //nolint:bodyclose // closed by the library
	if err != nil {
		return err
	}
	defer func() { _ = conn.CloseNow() }()
	first := `{"type":"connection_init"}`
	if key := t.keys[r.caller]; key != "" {
		first = fmt.Sprintf(`{"type":"connection_init","payload":{"X-API-Key":%q}}`, key)
	}
	for _, message := range []string{first, `{"id":"1","type":"subscribe","payload":` + r.body + `}`} {
		if err := conn.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
			return err
		}
	}
	for {
		_, data, err := conn.Read(ctx)
		if err != nil || strings.Contains(string(data), `"error"`) || strings.Contains(string(data), `"complete"`) {
			return err
		}
	}
}

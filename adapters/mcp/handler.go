package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ratchet/registry"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/reply"
	"ratchet/schema"
	"ratchet/server/auth"
	"ratchet/server/config"
	"ratchet/server/limit"
)

const (
	headerSession = "Mcp-Session-Id"
	headerVersion = "Mcp-Protocol-Version"
)

// eventBytes bounds what is kept for clients that reconnect: about a thousand
// events for each of a hundred sessions.
const eventBytes = 32 << 20

// router serves both protocol eras at one address: requests of the later era,
// and single calls without a handshake, go to a handler without sessions, all
// others to one with sessions. Both serve the same SDK server.
type Handler struct {
	server              *Server
	stateless, stateful http.Handler
	maxSessions         int
	maxBody             int64
	idle                time.Duration // after which the SDK ends a session; 0 = never
	versions            []string      // of the handshake era
	draining            func() bool
	streams             *limit.Streams // sessions count among them
}

type serverKey struct{}

func NewHandler(b *Server, cfg config.MCP, draining func() bool, streams *limit.Streams) *Handler {
	pick := func(r *http.Request) *mcp.Server {
		server, _ := r.Context().Value(serverKey{}).(*mcp.Server)
		return server
	}
	events := mcp.NewMemoryEventStore(nil)
	events.SetMaxBytes(eventBytes)
	log := slog.New(atLeast{slog.LevelWarn, b.cfg.Log.Handler()})
	return &Handler{
		server: b, maxSessions: cfg.MaxConnections, maxBody: int64(cfg.MaxMessageSize), draining: draining, idle: cfg.SessionTimeout, streams: streams,
		versions: slices.DeleteFunc(mcp.SupportedProtocolVersions(), func(v string) bool { return v >= modernEra }),
		stateless: mcp.NewStreamableHTTPHandler(pick, &mcp.StreamableHTTPOptions{
			Stateless: true, JSONResponse: false, Logger: log, MaxRequestBodyBytes: -1, // the server bounds bodies, and ids of which withSafeID makes longer ones pass
			PropagateRequestCancellation: true,
		}),
		stateful: mcp.NewStreamableHTTPHandler(pick, &mcp.StreamableHTTPOptions{
			Logger: log, MaxRequestBodyBytes: -1,
			SessionTimeout: cfg.SessionTimeout, EventStore: events,
		}),
	}
}

// ServeHTTP chooses the handler.
func (m *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := r.Header.Get(reply.HeaderRequestID)
	if m.draining() {
		busy(w, codeShutdown, "the server is shutting down", id)
		return
	}
	var selection *registry.Selection
	if r.URL.RawQuery != "" {
		var err error
		if selection, err = narrowing(r.URL.Query()); err != nil {
			Deny(w, err, id)
			return
		}
	}
	p := auth.PrincipalOf(r.Context())
	selected, err := m.server.narrow(selection, p)
	if err != nil {
		Deny(w, err, id)
		return
	}
	r = r.WithContext(context.WithValue(r.Context(), serverKey{}, selected.server))
	out := &rpcWriter{ResponseWriter: w, r: r}
	stateless, begins, ok := m.choose(out, r, selected)
	if !ok {
		return
	}
	handler := m.stateful
	if stateless {
		handler = m.stateless
	}
	r.Header.Del(headerPlace)
	if begins {
		left, err := m.reservePlace(r, p)
		if err != nil {
			Deny(w, err, id)
			return
		}
		defer left()
	}
	withTokenInfo(p, handler).ServeHTTP(out, r)
}

// choose says whether a request goes to the stateless handler, and whether it
// begins a session; ok = false: it is answered already. It reads the body, because a single call without a
// handshake is known by its method.
func (m *Handler) choose(w *rpcWriter, r *http.Request, o *sdkServer) (stateless, begins, ok bool) {
	modern := r.Header.Get(headerSession) == "" && r.Header.Get(headerVersion) >= modernEra
	if r.Method != http.MethodPost {
		return modern, false, true
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		Deny(w.ResponseWriter, ratchet.Errorf(ratchet.CodeUnsupportedMedia, "the Content-Type must be application/json").
			WithHint("send one JSON-RPC message as application/json"), w.requestID())
		return false, false, false
	}
	conn := http.NewResponseController(w.ResponseWriter)
	_ = conn.SetReadDeadline(time.Now().Add(bodyTimeout)) // where it cannot be set there is no connection to starve
	var buf bytes.Buffer                                  // grows by doubling, which io.ReadAll does not
	_, err := buf.ReadFrom(r.Body)
	body := buf.Bytes()
	_ = conn.SetReadDeadline(time.Time{})
	if err != nil {
		Deny(w.ResponseWriter, bodyError(err, m.maxBody), w.requestID())
		return false, false, false
	}
	if err := schema.CheckSyntax(body); err != nil { // before anything trusts the bytes
		parseError(w.ResponseWriter, "the body is not JSON: "+err.Error(), w.requestID())
		return false, false, false
	}
	if m.fast(w.ResponseWriter, r, o, body) {
		return false, false, false
	}
	if fault, id, _ := notRPC(body); fault != "" {
		invalidRequest(w.ResponseWriter, id, fault, w.requestID())
		return false, false, false
	}
	sent := withSafeID(body)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(sent)), int64(len(sent))
	w.id = requestOf(body)
	if m.server.cfg.Telemetry.Tracing() {
		r.Header.Set(headerRPC, idOf(body))
	}
	method := methodOf(body)
	if modern && isTaskMethod(method) && !namesTask(r.Header, body) {
		rpcFault(w.ResponseWriter, http.StatusBadRequest, w.id, mcp.CodeHeaderMismatch,
			ratchet.Errorf(ratchet.CodeInvalid, "the Mcp-Name header of %s must be the taskId of its params", method).WithHint("send the same id in both"), w.requestID())
		return false, false, false
	}
	if modern || r.Header.Get(headerSession) != "" {
		return modern, false, true
	}
	switch method {
	case methodInitialize, methodCallTool, "server/discover":
	default:
		if !bytes.Contains(body, []byte(mcp.MetaKeyProtocolVersion)) {
			sessionless(w.ResponseWriter, body, w.requestID())
			return false, false, false
		}
		if r.Header.Get(headerVersion) == "" {
			rpcFault(w.ResponseWriter, http.StatusBadRequest, w.id, mcp.CodeHeaderMismatch,
				ratchet.Errorf(ratchet.CodeInvalid, "the header %s is missing, and the body names a version", headerVersion).
					WithHint("send the version that _meta names in the header too, and Mcp-Method: %s", method), w.requestID())
			return false, false, false
		}
	}
	if method == methodInitialize && m.server.Connected() >= m.maxSessions {
		busy(w.ResponseWriter, codeRefused, "too many sessions are open", w.requestID())
		return false, false, false
	}
	return method == methodCallTool, method == methodInitialize, true
}

// bodyTimeout is how long a client may take to send one message.
const bodyTimeout = 60 * time.Second

func bodyError(err error, limit int64) error {
	if over, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return reply.TooLarge(min(limit, over.Limit), "mcp.max_message_size")
	}
	return ratchet.Errorf(ratchet.CodeInvalid, "the request body cannot be read").WithHint("send the whole body within %s", bodyTimeout).Wrap(err)
}

// methodOf is the method of a single JSON-RPC message, empty when unreadable:
// the SDK says what is wrong with it.
func methodOf(body []byte) string {
	var method string
	if json.Unmarshal(membersOf(body)["method"], &method) != nil {
		return ""
	}
	return method
}

// asParameter is what the address calls a list of a selection.
func asParameter(list string) string {
	if list == "only_tools" {
		list = "tools"
	}
	return "the query parameter " + list
}

// narrowing reads ?toolsets=&tools=&exclude_tools=&read_only=. Nil means the
// whole offer. tools= means just these.
func narrowing(query url.Values) (*registry.Selection, error) {
	s := registry.Selection{Called: asParameter}
	any := false
	for key, values := range query {
		list := strings.FieldsFunc(strings.Join(values, ","), func(r rune) bool { return r == ',' || r == ' ' })
		switch key {
		case "toolsets":
			s.Toolsets = list
		case "tools":
			s.Only = list
		case "exclude_tools":
			s.Exclude = list
		case "read_only":
			on, err := strconv.ParseBool(values[0])
			if err != nil && values[0] != "" || len(values) > 1 {
				return nil, ratchet.Errorf(ratchet.CodeInvalid, "read_only must be true or false").At("/read_only").WithHint("send read_only=true once, or leave it out")
			}
			s.ReadOnly = on || values[0] == ""
		default:
			allowed := []string{"toolsets", "tools", "exclude_tools", "read_only"}
			e := ratchet.Errorf(ratchet.CodeInvalid, "the address takes no query parameter %q", ratchet.Clip(key, 100)).
				With(ratchet.FieldAllowed, allowed).WithHint("narrow the tools with toolsets, tools, exclude_tools or read_only")
			if near := schema.Nearest(key, allowed); near != "" {
				e.With(ratchet.FieldNearest, near)
			}
			return nil, e
		}
		any = true
	}
	if !any {
		return nil, nil
	}
	if len(s.Toolsets) == 0 {
		s.Toolsets = []string{"all"} // narrow what is offered by the other two only
	}
	return &s, nil
}

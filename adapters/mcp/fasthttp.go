package mcp

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ratchet/reply"
	"ratchet/server/auth"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"

	"ratchet"
)

// fast answers a POST that needs nothing of the SDK: a plain tools/call that
// stands alone or belongs to a live session, or the cancelling of one that
// runs here. False means that the SDK must see the request; nothing has been
// written then.
func (m *Handler) fast(w http.ResponseWriter, r *http.Request, o *sdkServer, body []byte) bool {
	h := r.Header
	if h.Get("Content-Type") != "application/json" || h.Get("Last-Event-Id") != "" || !acceptsBoth(h["Accept"]) {
		return false
	}
	msg, ok := decodeMessage(body)
	if !ok {
		return false
	}
	version, id := h.Get(headerVersion), h.Get(headerSession)
	if version != "" && version != modernEra && !slices.Contains(m.versions, version) {
		return false
	}
	var calls *running
	if id != "" && auth.PrincipalOf(r.Context()).ID != "" {
		return false // the SDK knows whose session it is
	}
	if id != "" {
		s, live := m.server.sessions.find(id)
		if !live || version == modernEra {
			return false
		}
		if call, ok := msg.cancels(); ok && s.calls.cancel(call) {
			w.WriteHeader(http.StatusAccepted)
			return true
		}
		if m.idle > 0 && time.Since(time.Unix(0, s.touched.Load())) > m.idle/4 {
			return false // now and then, for the SDK ends sessions it hears nothing of
		}
		o, calls = s.selected, &s.calls
	}
	call, ok := msg.plain()
	if !ok || call.version != "" != (version == modernEra) {
		return false
	}
	call.era = cmp.Or(call.version, version)
	if version == modernEra && (h.Get("Mcp-Method") != msg.method || h.Get("Mcp-Name") != call.tool) {
		return false
	}
	tool, ok := o.takes(call)
	if !ok {
		return false
	}
	ctx, end := r.Context(), func() {}
	if calls != nil {
		// In a session a lost connection is no cancelling; there is a message for that.
		if ctx, end, ok = calls.begin(context.WithoutCancel(ctx), call.id); !ok {
			rpcFault(w, http.StatusBadRequest, call.id, jsonrpc.CodeInvalidRequest,
				ratchet.Errorf(ratchet.CodeInvalid, "duplicate in-flight request ID %s", ratchet.Clip(string(call.id), 100)).WithHint("give each request an id of its own"), h.Get(reply.HeaderRequestID))
			return true
		}
	}
	buf := func() *bytes.Buffer {
		defer end() // before the answer: a client that has it may use the id again
		return m.server.plain(ctx, o, tool, call, h.Get(reply.HeaderRequestID), h)
	}()
	if buf == nil { // cancelled: the open request must be closed
		rpcFault(w, http.StatusOK, call.id, codeCancelled, ratchet.Errorf(ratchet.CodeCancelled, "request cancelled"), h.Get(reply.HeaderRequestID))
		return true
	}
	out := w.Header()
	out.Set("Content-Type", "application/json")
	out.Set("Cache-Control", "no-cache, no-transform")
	out.Set("Content-Length", strconv.Itoa(buf.Len()))
	_, _ = w.Write(buf.Bytes()) // the client has gone
	return true
}

// acceptsBoth says whether a client takes what the protocol demands of it.
func acceptsBoth(accept []string) bool {
	all := strings.Join(accept, ",")
	return strings.Contains(all, "application/json") && strings.Contains(all, "text/event-stream") && !strings.Contains(all, ";")
}

package graphql

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"ratchet"
	syntax "ratchet/schema"
)

// acceptable looks at a request before the transports do. It returns why the
// request is refused, nil when it is not.
func (h *Handler) acceptable(r *http.Request) *ratchet.Error {
	if r.Header.Get("Upgrade") != "" {
		return h.acceptableSocket(r)
	}
	switch r.Method {
	case http.MethodGet:
		return nil
	case http.MethodPost:
	default:
		return ratchet.Errorf(ratchet.CodeMethodNotAllowed, "%s is not allowed here", r.Method).WithHint("use POST, or GET for queries")
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return ratchet.Errorf(ratchet.CodeUnsupportedMedia, "this Content-Type is not taken").
			WithHint("send application/json with query, variables and operationName")
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return ratchet.Errorf(ratchet.CodeTooLarge, "the request body cannot be read: it is too large or was cut off").
			WithHint("send less, or pass values as variables").Wrap(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	switch start := bytes.TrimLeft(body, " \n\t\r"); {
	case len(start) == 0:
		return ratchet.Errorf(ratchet.CodeInvalid, "the request body is empty").WithHint(bodyHint)
	case start[0] == '[':
		return ratchet.Errorf(ratchet.CodeInvalid, "several operations in one request are not taken").
			WithHint("send one operation with several fields, or several requests")
	case start[0] != '{':
		return ratchet.Errorf(ratchet.CodeInvalid, "the request body is not a JSON object with query, variables and operationName").WithHint(bodyHint)
	}
	if err := syntax.Refuse("the request body", body); err != nil {
		return ratchet.AsError(err)
	}
	if syntax.Weight(body) > mostDecoded {
		return ratchet.Errorf(ratchet.CodeTooLarge, "the request takes more than %d MiB of memory, because its variables have very many parts", mostDecoded>>20).
			WithHint("send such values over REST: POST /api/v1/tools/{name}")
	}
	return nil
}

// mostDecoded bounds the memory, in bytes, that a request takes when it is
// decoded: variables are maps and lists, which take much more than their text.
const mostDecoded = 24 << 20

// acceptableSocket looks at a request for a WebSocket: its protocol, and the
// web page it comes from.
func (h *Handler) acceptableSocket(r *http.Request) *ratchet.Error {
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") || r.Method != http.MethodGet {
		return ratchet.Errorf(ratchet.CodeInvalid, "a connection cannot be upgraded to %q", clip(r.Header.Get("Upgrade")))
	}
	offered := strings.FieldsFunc(strings.Join(r.Header.Values("Sec-Websocket-Protocol"), ","), func(c rune) bool { return c == ',' || c == ' ' })
	if !slices.Contains(offered, subprotocol) {
		return ratchet.Errorf(ratchet.CodeInvalid, "the WebSocket does not offer the subprotocol %s", subprotocol)
	}
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(h.cfg.Origins, origin) {
		return nil
	}
	if page, err := url.Parse(origin); err != nil || !strings.EqualFold(page.Host, r.Host) {
		return ratchet.Errorf(ratchet.CodeDenied, "pages of this origin may not open a WebSocket").
			WithHint("add the origin to server.cors.allowed_origins")
	}
	return nil
}

// clip shortens what is repeated in a message.
func clip(s string) string {
	if len(s) > 100 {
		return strings.ToValidUTF8(s[:100], "") + "…"
	}
	return s
}

// refuse answers a request that no transport takes.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, e *ratchet.Error) {
	g := h.render(r.Context(), &gqlerror.Error{}, e, callFrom(r.Context()).requestID)
	w.Header().Set("Content-Type", "application/json")
	if e.Code == ratchet.CodeMethodNotAllowed {
		w.Header().Set("Allow", "GET, POST")
	}
	w.WriteHeader(e.Code.HTTPStatus())
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{g}}) // the client has gone
}

package rest

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"ratchet"
	"ratchet/schema"
)

// readBody is the body of a request as valid JSON text; nil = none.
func (h *Handler) readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return nil, nil
	}
	limit := int64(h.cfg.MaxBody)
	if r.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	var buf bytes.Buffer
	if r.ContentLength > 0 {
		buf.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	n, err := buf.ReadFrom(io.LimitReader(r.Body, limit+1))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, tooLarge(over.Limit)
	case err != nil:
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "the body was cut off").Wrap(err)
	case n > limit:
		return nil, tooLarge(limit)
	}
	body := bytes.TrimSpace(buf.Bytes())
	if len(body) == 0 {
		return nil, nil
	}
	if err := jsonType(r); err != nil {
		return nil, err
	}
	return body, schema.Refuse("the body", body)
}

func tooLarge(limit int64) *ratchet.Error {
	return ratchet.Errorf(ratchet.CodeTooLarge, "the body is larger than %d bytes", limit).
		With("limit", limit).WithHint("send less in one call")
}

// jsonType refuses bodies that say they are something else than JSON.
func jsonType(r *http.Request) error {
	given := r.Header.Get("Content-Type")
	kind, params, err := mime.ParseMediaType(given)
	charset := strings.ToLower(params["charset"])
	if err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json")) && (charset == "" || charset == "utf-8") {
		if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
			return ratchet.Errorf(ratchet.CodeUnsupportedMedia, "a body in Content-Encoding %q is not taken", clip(encoding)).
				WithHint("send the body as it is")
		}
		return nil
	}
	message := "a body needs a Content-Type"
	if given != "" {
		message = "the Content-Type " + clip(given) + " is not taken"
	}
	return ratchet.Errorf(ratchet.CodeUnsupportedMedia, "%s", message).
		With(ratchet.FieldAllowed, []string{"application/json"}).WithHint("send Content-Type: application/json with JSON in UTF-8")
}

// snakeJSON is a body's object with the declared names in snake_case.
func snakeJSON(s *schema.Type, body []byte) ([]byte, error) {
	if body[0] != '{' {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "the body must be a JSON object").WithHint("send the arguments as one object")
	}
	r := renamer{src: body, out: make([]byte, 0, len(body)+64), toMCP: true}
	r.value(s, 0)
	if r.fault != nil {
		return nil, r.fault
	}
	return r.out, nil
}

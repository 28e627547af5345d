package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

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
	return body, checkJSON(body)
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

// checkJSON refuses what is not JSON in UTF-8, and says where.
func checkJSON(body []byte) error {
	if !utf8.Valid(body) {
		at := 0
		for at < len(body) {
			r, size := utf8.DecodeRune(body[at:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			at += size
		}
		return malformed(body, at, "the body is not UTF-8")
	}
	if json.Valid(body) {
		return nil
	}
	var any json.RawMessage
	err := json.Unmarshal(body, &any)
	var wrong *json.SyntaxError
	if errors.As(err, &wrong) {
		return malformed(body, int(wrong.Offset)-1, "the body is not JSON: "+wrong.Error())
	}
	return ratchet.Errorf(ratchet.CodeInvalid, "the body is not JSON")
}

func malformed(body []byte, at int, message string) error {
	at = max(0, min(at, len(body)))
	line := 1 + bytes.Count(body[:at], []byte{'\n'})
	column := at - bytes.LastIndexByte(body[:at], '\n')
	return ratchet.Errorf(ratchet.CodeInvalid, "%s (line %d, column %d)", message, line, column).
		With(ratchet.FieldLine, line).With(ratchet.FieldColumn, column).With("offset", at).
		WithHint("send one JSON object, e.g. {\"name\": \"add\"}")
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

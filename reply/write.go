package reply

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"

	"ratchet"
)

// Error answers r with an error. Foreign errors show nothing of themselves but the
// id of the request.
func Error(w http.ResponseWriter, r *http.Request, at time.Time, err error) {
	facts, status := ratchet.Body(err, r.Header.Get(HeaderRequestID)), ratchet.CodeOf(err).HTTPStatus()
	write(w, status, NewProblem(r, at, status, facts).Encode(w.Header()))
}

// JSON answers with a value. What cannot be written as JSON is a fault of the
// program, and panics.
func JSON(w http.ResponseWriter, status int, v any) {
	var body bytes.Buffer
	if err := json.NewEncoder(&body).Encode(v); err != nil {
		panic(err)
	}
	write(w, status, body.Bytes())
}

func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client has gone
}

// TooLarge is the error of a body above a limit that the key of the configuration
// sets.
func TooLarge(limit int64, key string) *ratchet.Error {
	e := ratchet.Errorf(ratchet.CodeTooLarge, "the request body is larger than %d bytes", limit)
	if limit == MaxReading {
		return e.WithHint("send less: this is the most for callers who may only read")
	}
	return e.WithHint("send less, or raise %s", key)
}

// MaxReading is how many bytes a caller sends who may only read: their calls carry
// neither code nor inputs, and to read a message costs the server about twenty
// times its size.
const MaxReading = 1 << 20

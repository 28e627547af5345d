package worker

import (
	"errors"
	"time"

	"github.com/tinylib/msgp/msgp"
)

var errMalformed = errors.New("malformed message")

// decoder reads one message. The first error sticks and every later read
// returns a zero value, so that callers check once. Everything it returns is a
// copy, because the payload's buffer is reused; only bytes of a payload that is
// the reader's own are not.
type decoder struct {
	b   []byte
	own bool
	err error
}

func read[T any](d *decoder, f func([]byte) (T, []byte, error)) (v T) {
	if d.err != nil {
		return v
	}
	v, rest, err := f(d.b)
	if err != nil {
		d.err = errors.Join(errMalformed, err)
		var zero T
		return zero
	}
	d.b = rest
	return v
}

func (d *decoder) str() string             { return read(d, msgp.ReadStringBytes) }
func (d *decoder) int() int                { return read(d, msgp.ReadIntBytes) }
func (d *decoder) int64() int64            { return read(d, msgp.ReadInt64Bytes) }
func (d *decoder) bool() bool              { return read(d, msgp.ReadBoolBytes) }
func (d *decoder) float() float64          { return read(d, msgp.ReadFloat64Bytes) }
func (d *decoder) duration() time.Duration { return time.Duration(d.int64()) }
func (d *decoder) time() time.Time         { return time.UnixMicro(d.int64()).UTC() }

// isNil consumes a nil and says whether there was one.
func (d *decoder) isNil() bool {
	if d.err != nil {
		return true
	}
	if len(d.b) == 0 {
		d.err = errMalformed
		return true
	}
	if !msgp.IsNil(d.b) {
		return false
	}
	d.b = d.b[1:]
	return true
}

// bytes returns nil for nil.
func (d *decoder) bytes() []byte {
	if d.isNil() {
		return nil
	}
	view := read(d, msgp.ReadBytesZC)
	if d.err != nil {
		return nil
	}
	if d.own {
		return view[:len(view):len(view)]
	}
	return append(make([]byte, 0, len(view)), view...)
}

// array checks that an array of exactly n elements follows.
func (d *decoder) array(n int) {
	if got := read(d, msgp.ReadArrayHeaderBytes); d.err == nil && int64(got) != int64(n) {
		d.err = errMalformed
	}
}

// count returns the length of a list or map whose elements take at least
// least bytes each, so that a false count cannot make the reader allocate.
func (d *decoder) count(header func([]byte) (uint32, []byte, error), least int) int {
	n := int(read(d, header))
	if d.err == nil && n > len(d.b)/least {
		d.err = errMalformed
	}
	if d.err != nil {
		return 0
	}
	return n
}

// list reads a list, nil for nil.
func list[T any](d *decoder, least int, element func(*decoder) T) []T {
	if d.isNil() {
		return nil
	}
	n := d.count(msgp.ReadArrayHeaderBytes, least)
	out := make([]T, 0, n)
	for range n {
		out = append(out, element(d))
		if d.err != nil {
			return nil
		}
	}
	return out
}

// finish returns the first error, or one when bytes are left over.
func (d *decoder) finish() error {
	if d.err == nil && len(d.b) != 0 {
		return errMalformed
	}
	return d.err
}

func appendRaw(b, raw []byte) []byte {
	if raw == nil {
		return msgp.AppendNil(b)
	}
	return msgp.AppendBytes(b, raw)
}

func appendTime(b []byte, t time.Time) []byte { return msgp.AppendInt64(b, t.UnixMicro()) }

func appendList[T any](b []byte, items []T, element func([]byte, *T) []byte) []byte {
	if items == nil {
		return msgp.AppendNil(b)
	}
	b = msgp.AppendArrayHeader(b, uint32(len(items)))
	for i := range items {
		b = element(b, &items[i])
	}
	return b
}

func appendStr(b []byte, s *string) []byte { return msgp.AppendString(b, *s) }

func appendPairs(b []byte, pairs [][2]string) []byte {
	return appendList(b, pairs, func(b []byte, p *[2]string) []byte {
		return msgp.AppendString(msgp.AppendString(b, p[0]), p[1])
	})
}

func (d *decoder) pairs() [][2]string {
	return list(d, 2, func(d *decoder) [2]string { return [2]string{d.str(), d.str()} })
}

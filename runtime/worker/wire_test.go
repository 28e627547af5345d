package worker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ratchet"
	"ratchet/runtime"
	"ratchet/spool"
)

// fill sets every field of v to something that is not zero, so that a field
// the coding forgets is seen.
func fill(v reflect.Value, n *int64) {
	*n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.UnixMicro(1_700_000_000_000_000 + *n).UTC()))
		return
	case json.RawMessage:
		v.SetBytes(fmt.Appendf(nil, "%d", *n))
		return
	case *spool.Body:
		return // what it holds crosses as a body
	case map[string]any:
		v.Set(reflect.ValueOf(map[string]any{"k": "v"}))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprint("s", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(*n)
	case reflect.Uint8:
		v.SetUint(uint64(*n % 200))
	case reflect.Float64:
		v.SetFloat(float64(*n) + 0.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, n)
		fill(value, n)
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	default:
		panic("fill does not know " + v.Type().String())
	}
}

func roundTrip[T any](t *testing.T, encode func(*T) []byte, decode func([]byte) (T, error)) {
	t.Helper()
	var zero, full T
	var n int64
	fill(reflect.ValueOf(&full).Elem(), &n)
	for _, want := range []T{zero, full} {
		encoded := encode(&want)
		got, err := decode(encoded)
		if err != nil {
			t.Fatalf("decode %+v: %v", want, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%T changed on the wire (-sent +read):\n%s", want, diff)
		}
		for i := range encoded {
			if _, err := decode(encoded[:i]); err == nil && i > 0 {
				t.Fatalf("%T cut at %d of %d was accepted", want, i, len(encoded))
			}
		}
	}
}

func TestWire_everyFieldCrosses(t *testing.T) {
	roundTrip(t, func(v *hello) []byte { return appendHello(nil, v) }, decodeHello)
	roundTrip(t, func(v *runtime.Job) []byte { return appendJob(nil, v) }, decodeJob)
	roundTrip(t, func(v *runtime.HostCall) []byte { return appendCall(nil, v) }, decodeCall)
	roundTrip(t, func(v *reply) []byte { return appendReply(nil, v) }, func(b []byte) (reply, error) { return decodeReply(b, false) })
	roundTrip(t, func(v *ratchet.Progress) []byte { return appendProgress(nil, v) }, decodeProgress)
	roundTrip(t, func(v *outcome) []byte { b, _ := appendOutcome(nil, v); return b }, decodeOutcome)
	roundTrip(t, func(v *ratchet.LogLine) []byte { return appendLog(nil, v) }, func(b []byte) (ratchet.LogLine, error) {
		lines, err := decodeLog(b)
		if err != nil || len(lines) != 1 {
			return ratchet.LogLine{}, errMalformed
		}
		return lines[0], nil
	})
}

func FuzzWire(f *testing.F) {
	var n int64
	seed := func(kind frameKind, payload []byte) {
		b, _ := endFrame(append(beginFrame(nil, kind), payload...), 0)
		f.Add(b)
	}
	var j runtime.Job
	var o outcome
	var r reply
	var c runtime.HostCall
	for _, v := range []any{&j, &o, &r, &c} {
		fill(reflect.ValueOf(v).Elem(), &n)
	}
	seed(frameJob, appendJob(nil, &j))
	encoded, _ := appendOutcome(nil, &o)
	seed(frameOutcome, encoded)
	seed(frameReply, appendReply(nil, &r))
	seed(frameCall, appendCall(nil, &c))
	f.Fuzz(func(t *testing.T, data []byte) {
		frames := newFrameReader(bytes.NewReader(data))
		for {
			_, payload, err := frames.next()
			if err != nil {
				return
			}
			// Whatever the kind says, no decoder may panic or take more memory than it was sent.
			_, _ = decodeHello(payload)
			_, _ = decodeReply(payload, false)
			_, _, _ = decodeCallHead(payload)
			_, _ = decodeLog(payload)
			_, _ = decodeProgress(payload)
			_, _ = decodeOutcome(payload)
			if call, err := decodeCall(payload); err == nil {
				again, err := decodeCall(appendCall(nil, &call))
				if err != nil || !cmp.Equal(call, again) {
					t.Fatalf("call %+v came back as %+v, %v", call, again, err)
				}
			}
			if job, err := decodeJob(payload); err == nil {
				if _, err := decodeJob(appendJob(nil, &job)); err != nil {
					t.Fatalf("job %+v: %v", job, err)
				}
			}
		}
	})
}

package runtime

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// decodeUTF8 decodes pending and data as the Encoding Standard does: one
// U+FFFD for every maximal part of a bad sequence. With stream, an unfinished
// sequence at the end is returned as rest. It fails only when fatal.
func decodeUTF8(pending, data []byte, fatal, stream bool) (text string, rest []byte, ok bool) {
	if len(pending) > 0 {
		data = append(append([]byte(nil), pending...), data...)
	}
	if utf8.Valid(data) {
		return string(data), nil, true
	}
	var b strings.Builder
	b.Grow(len(data))
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r != utf8.RuneError || n > 1 {
			b.WriteRune(r)
			i += n
			continue
		}
		n, cut := badSequence(data[i:])
		if cut && stream {
			return b.String(), append([]byte(nil), data[i:]...), true
		}
		if fatal {
			return "", nil, false
		}
		b.WriteRune(utf8.RuneError)
		i += n
	}
	return b.String(), nil, true
}

// badSequence measures the maximal part of the bad sequence at the start of d;
// cut says that d ends before the sequence could be judged.
func badSequence(d []byte) (n int, cut bool) {
	lo, hi, want := byte(0x80), byte(0xBF), 0
	switch c := d[0]; {
	case c >= 0xC2 && c <= 0xDF:
		want = 2
	case c == 0xE0:
		want, lo = 3, 0xA0
	case c == 0xED:
		want, hi = 3, 0x9F
	case c >= 0xE1 && c <= 0xEF:
		want = 3
	case c == 0xF0:
		want, lo = 4, 0x90
	case c == 0xF4:
		want, hi = 4, 0x8F
	case c >= 0xF1 && c <= 0xF3:
		want = 4
	default:
		return 1, false
	}
	for n = 1; n < want; n++ {
		if n == len(d) {
			return n, true
		}
		if d[n] < lo || d[n] > hi {
			return n, false
		}
		lo, hi = 0x80, 0xBF
	}
	return n, false
}

// forgivingBase64 decodes as atob does.
func forgivingBase64(s string) ([]byte, bool) {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune("\t\n\f\r ", r) {
			return -1
		}
		return r
	}, s)
	if len(s)%4 == 0 {
		s = strings.TrimSuffix(strings.TrimSuffix(s, "="), "=")
	}
	b, err := base64.RawStdEncoding.DecodeString(s)
	return b, err == nil
}

// latin1 are the code units of s as bytes; false when one is above U+00FF.
func latin1(s string) ([]byte, bool) {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xFF {
			return nil, false
		}
		b = append(b, byte(r))
	}
	return b, true
}

// latin1Value is the JavaScript string whose code units are b.
func latin1Value(b []byte) goja.Value {
	units := make([]uint16, len(b))
	for i, c := range b {
		units[i] = uint16(c)
	}
	return goja.StringFromUTF16(units)
}

package runtime

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"

	"github.com/dop251/goja"
)

// bufferHost serves js/buffer.js: text encodings, and what is slow in a script.
func bufferHost(v *vm) hostFuncs {
	return hostFuncs{
		"encode": func(c goja.FunctionCall) goja.Value {
			return v.buffer(bufferBytes(c.Argument(0).String(), c.Argument(0), c.Argument(1).String()))
		},
		"byteLength": func(c goja.FunctionCall) goja.Value {
			return v.rt.ToValue(len(bufferBytes(c.Argument(0).String(), c.Argument(0), c.Argument(1).String())))
		},
		"decode": func(c goja.FunctionCall) goja.Value {
			b := v.view(c.Argument(0))
			from, to := int(c.Argument(2).ToInteger()), int(c.Argument(3).ToInteger())
			return v.bufferText(b[min(from, len(b)):min(to, len(b))], c.Argument(1).String())
		},
		"compare": func(c goja.FunctionCall) goja.Value {
			return v.rt.ToValue(bytes.Compare(v.view(c.Argument(0)), v.view(c.Argument(1))))
		},
		"find": func(c goja.FunctionCall) goja.Value {
			return v.rt.ToValue(findBytes(v.view(c.Argument(0)), v.view(c.Argument(1)), c.Argument(2).ToInteger(), c.Argument(3).ToBoolean()))
		},
		"fill": func(c goja.FunctionCall) goja.Value {
			b, data := v.view(c.Argument(0)), v.view(c.Argument(1))
			from, to := int(c.Argument(2).ToInteger()), int(c.Argument(3).ToInteger())
			for at := from; at < to && len(data) > 0; at += len(data) {
				copy(b[at:to], data)
			}
			return goja.Undefined()
		},
	}
}

// findBytes is where data first (or last) is in b from start on (or up to it);
// -1 = nowhere.
func findBytes(b, data []byte, start int64, last bool) int {
	n := int(min(max(start, -1), int64(len(b))))
	if last {
		if n < 0 {
			return -1
		}
		return bytes.LastIndex(b[:min(n+len(data), len(b))], data)
	}
	n = max(n, 0)
	if i := bytes.Index(b[n:], data); i >= 0 {
		return n + i
	}
	return -1
}

// bufferBytes are the bytes of a text in one of Node's encodings. What an
// encoding cannot hold is left out as Node leaves it out.
func bufferBytes(text string, value goja.Value, encoding string) []byte {
	switch encoding {
	case "hex":
		return hexBytes(text)
	case "base64", "base64url":
		return looseBase64(text)
	case "utf8":
		return []byte(text)
	}
	units := unitsOf(value)
	if encoding == "utf16le" {
		out := make([]byte, 0, 2*len(units))
		for _, u := range units {
			out = binary.LittleEndian.AppendUint16(out, u)
		}
		return out
	}
	out := make([]byte, len(units)) // latin1 and ascii
	for i, u := range units {
		out[i] = byte(u)
	}
	return out
}

// hexBytes decodes up to the first pair that is none.
func hexBytes(text string) []byte {
	out := make([]byte, 0, len(text)/2)
	for i := 0; i+2 <= len(text); i += 2 {
		b, err := hex.DecodeString(text[i : i+2])
		if err != nil {
			break
		}
		out = append(out, b...)
	}
	return out
}

// looseBase64 decodes both alphabets up to the padding, and passes over what is
// in neither.
func looseBase64(text string) []byte {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == '-':
			return '+'
		case r == '_':
			return '/'
		case r == '+', r == '/', r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z':
			return r
		}
		return -1
	}, strings.SplitN(text, "=", 2)[0])
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	out, err := base64.RawStdEncoding.DecodeString(clean)
	if err != nil {
		return nil // the alphabet and the length were checked
	}
	return out
}

// bufferText is the text of bytes in one of Node's encodings.
func (v *vm) bufferText(b []byte, encoding string) goja.Value {
	switch encoding {
	case "hex":
		return v.rt.ToValue(hex.EncodeToString(b))
	case "base64":
		return v.rt.ToValue(base64.StdEncoding.EncodeToString(b))
	case "base64url":
		return v.rt.ToValue(base64.RawURLEncoding.EncodeToString(b))
	case "latin1":
		return latin1Value(b)
	case "ascii":
		low := make([]byte, len(b))
		for i, c := range b {
			low[i] = c & 0x7f
		}
		return latin1Value(low)
	case "utf16le":
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16(b[2*i:])
		}
		return goja.StringFromUTF16(units)
	}
	text, _, _ := decodeUTF8(nil, b, false, false)
	return v.rt.ToValue(text)
}

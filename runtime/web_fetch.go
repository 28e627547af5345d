package runtime

import (
	"github.com/dop251/goja"
)

// fetchHost serves js/fetch.js.
func fetchHost(v *vm) hostFuncs {
	return hostFuncs{
		"usv":      v.usv,
		"urlParse": v.urlParse,
		"fetch":    v.fetch,
		"wait": func(c goja.FunctionCall) goja.Value {
			v.waitFor(c.Argument(0).ToInteger())
			return goja.Undefined()
		},
		"text": func(c goja.FunctionCall) goja.Value {
			switch value := c.Argument(0); {
			case goja.IsNull(value) || goja.IsUndefined(value):
				return v.rt.ToValue("")
			case isString(value):
				return value
			default:
				return v.rt.ToValue(bodyText(v.view(value)))
			}
		},
		"bytes": func(c goja.FunctionCall) goja.Value { return v.buffer(append([]byte{}, v.bodyBytes(c.Argument(0))...)) },
	}
}

// bodyText decodes a body as UTF-8 without its byte order mark.
func bodyText(b []byte) string {
	if len(b) >= 3 && b[0] == 0xEF && b[1] == 0xBB && b[2] == 0xBF {
		b = b[3:]
	}
	text, _, _ := decodeUTF8(nil, b, false, false)
	return text
}

func isString(value goja.Value) bool {
	_, ok := value.(goja.String)
	return ok
}

// bodyBytes are a body's bytes: null, a string or bytes.
func (v *vm) bodyBytes(value goja.Value) []byte {
	switch {
	case goja.IsNull(value) || goja.IsUndefined(value):
		return nil
	case isString(value):
		return []byte(value.String())
	default:
		return v.view(value)
	}
}

// ownBytes are bodyBytes that no script can change.
func (v *vm) ownBytes(value goja.Value) []byte {
	b := v.bodyBytes(value)
	if isString(value) {
		return b // made for this call
	}
	return append([]byte(nil), b...)
}

// fetch(method, url, headers, body, timeout, redirect, idempotencyKey, settle)
// asks the host and returns the call's number. settle gets the parts of a
// Response, or null and the error.
func (v *vm) fetch(c goja.FunctionCall) goja.Value {
	var header [][2]string
	if err := v.rt.ExportTo(c.Argument(2), &header); err != nil {
		panic(v.rt.NewTypeError("fetch: the headers are not pairs of strings"))
	}
	settle, _ := goja.AssertFunction(c.Argument(7))
	request := &FetchRequest{
		Method: c.Argument(0).String(), URL: c.Argument(1).String(), Header: header,
		Body:      v.ownBytes(c.Argument(3)),
		TimeoutMS: int(c.Argument(4).ToInteger()), Redirect: c.Argument(5).String(), IdempotencyKey: c.Argument(6).String(),
	}
	seq := v.call(HostCall{Kind: CallFetch, Fetch: request}, func(reply HostReply) {
		switch {
		case reply.Error != nil:
			v.invoke(settle, goja.Undefined(), goja.Null(), v.callError(reply.Error))
		case reply.Fetch == nil:
			v.invoke(settle, goja.Undefined(), goja.Null(), v.throw("NetworkError", "fetch: the answer was empty"))
		default:
			parts, err := v.responseParts(request.Method, reply.Fetch)
			if err != nil {
				v.invoke(settle, goja.Undefined(), goja.Null(), v.throw("DataError", "fetch: the body could not be read"))
				return
			}
			v.invoke(settle, goja.Undefined(), parts)
		}
	})
	return v.rt.ToValue(seq)
}

// callError is the JavaScript error of a failed call.
func (v *vm) callError(e *CallError) goja.Value {
	o := v.throw(e.Class, e.Message)
	if e.Code != "" {
		_ = v.put(o, "code", e.Code) // a fresh error refuses nothing
	}
	return o
}

func (v *vm) responseParts(method string, r *FetchResponse) (goja.Value, error) {
	header := make([]any, len(r.Header))
	for i, h := range r.Header {
		header[i] = v.rt.NewArray(h[0], h[1])
	}
	var body any
	if method != "HEAD" && r.Status != 204 && r.Status != 304 {
		own, err := r.Bytes()
		if err != nil {
			return nil, err
		}
		body = v.rt.NewArrayBuffer(own)
	}
	return v.rt.NewArray(r.Status, r.StatusText, r.URL, r.Redirected, v.rt.NewArray(header...), body), nil
}

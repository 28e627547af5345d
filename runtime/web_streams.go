package runtime

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"

	"github.com/dop251/goja"
)

// streamHost serves js/streams_*.js.
func streamHost(v *vm) hostFuncs {
	return hostFuncs{
		"join": func(c goja.FunctionCall) goja.Value { return v.buffer(v.joined(c.Argument(0))) },
		"compress": func(c goja.FunctionCall) goja.Value {
			var out bytes.Buffer
			w := compressor(c.Argument(0).String(), &out)
			_, err := w.Write(v.joined(c.Argument(1)))
			if closing := w.Close(); err != nil || closing != nil {
				return goja.Null()
			}
			return v.buffer(out.Bytes())
		},
		"decompress": func(c goja.FunctionCall) goja.Value {
			in := bytes.NewReader(v.joined(c.Argument(1)))
			r, err := decompressor(c.Argument(0).String(), in)
			if err != nil {
				return goja.Null()
			}
			most := v.limits.Memory / 4
			out, err := io.ReadAll(io.LimitReader(r, most+1))
			switch {
			case int64(len(out)) > most:
				panic(v.throw("RangeError", "DecompressionStream: the data is too large for the memory of this run"))
			case err != nil, in.Len() > 0:
				return goja.Null()
			}
			return v.buffer(out)
		},
	}
}

// joined are the bytes of an array of buffers and views.
func (v *vm) joined(list goja.Value) []byte {
	o := list.ToObject(v.rt)
	var out []byte
	for i := range int(o.Get("length").ToInteger()) {
		out = append(out, v.view(o.Get(v.rt.ToValue(i).String()))...)
	}
	return out
}

func compressor(format string, w io.Writer) io.WriteCloser {
	switch format {
	case "gzip":
		return gzip.NewWriter(w)
	case "deflate":
		return zlib.NewWriter(w)
	default:
		raw, err := flate.NewWriter(w, flate.DefaultCompression)
		if err != nil {
			panic(err) // the level is one that there is
		}
		return raw
	}
}

func decompressor(format string, r *bytes.Reader) (io.Reader, error) {
	switch format {
	case "gzip":
		return gzip.NewReader(r)
	case "deflate":
		return zlib.NewReader(r)
	default:
		return flate.NewReader(r), nil
	}
}

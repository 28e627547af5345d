package mask

import (
	"bytes"
	"io"
)

// window is how much of a long text is searched at once.
const window = 1 << 20

// Reader is r without the secrets, read piece by piece. The nil Values changes
// nothing.
func (v *Values) Reader(r io.Reader) io.Reader {
	if v == nil {
		return r
	}
	return &reader{values: v, r: r, window: window}
}

type reader struct {
	values *Values
	r      io.Reader
	window int
	in     bytes.Buffer // read and not searched
	out    bytes.Buffer // searched and not taken
	ended  bool
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	for r.out.Len() == 0 {
		if r.ended {
			return 0, io.EOF
		}
		if err := r.step(); err != nil {
			return 0, err
		}
	}
	return r.out.Read(p)
}

// step searches the next window. It ends where no secret stands across its
// end, however much has to be read to find such a place.
func (r *reader) step() error {
	span := r.values.longest
	for want := r.window + span; ; want += r.window {
		n, err := r.in.ReadFrom(io.LimitReader(r.r, int64(max(want-r.in.Len(), 0))))
		if err != nil {
			return err
		}
		text := r.in.Bytes()
		if n == 0 || len(text) < want {
			r.ended = true
			r.out.WriteString(r.values.Text(string(text)))
			return nil
		}
		for end := len(text) - span; end > span && end > len(text)-r.window; end -= span {
			around := string(text[end-span : end+span])
			if r.values.replace.Replace(around) == around {
				r.out.WriteString(r.values.replace.Replace(string(r.in.Next(end))))
				return nil
			}
		}
	}
}

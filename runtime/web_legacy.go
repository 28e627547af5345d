package runtime

import (
	"bytes"
	"errors"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/transform"
)

// encodingOf is the name of an encoding by one of its labels in the Encoding
// Standard, in any case; ok = false: there is none.
func encodingOf(label string) (name string, ok bool) {
	e, err := htmlindex.Get(label)
	if err != nil {
		return "", false
	}
	if name, err = htmlindex.Name(e); err != nil || name == "replacement" {
		return "", false
	}
	return name, true
}

// decodeLegacy decodes data of an encoding other than UTF-8. With stream, a
// character that is cut off at the end is returned as rest. It fails only when fatal.
func decodeLegacy(name string, data []byte, fatal, stream bool) (text string, rest []byte, ok bool) {
	if stream && name == "iso-2022-jp" { // what a byte means depends on all before it
		return "", data, true
	}
	e, err := htmlindex.Get(name)
	if err != nil {
		return "", nil, false
	}
	d := e.NewDecoder()
	var out bytes.Buffer
	var piece [4096]byte
	for {
		n, read, err := d.Transform(piece[:], data, !stream)
		out.Write(piece[:n])
		data = data[read:]
		if errors.Is(err, transform.ErrShortDst) {
			continue
		}
		if err != nil && !errors.Is(err, transform.ErrShortSrc) {
			return "", nil, false
		}
		break
	}
	text = out.String()
	if fatal && strings.ContainsRune(text, '\uFFFD') {
		return "", nil, false
	}
	return text, bytes.Clone(data), true
}

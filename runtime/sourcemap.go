package runtime

import (
	"encoding/json"
	"strings"

	"github.com/go-sourcemap/sourcemap"
)

// mapper finds the author's position of a position in esbuild's output. Lines
// and columns count from 1.
type mapper interface {
	Source(line, column int) (source, name string, sourceLine, sourceColumn int, ok bool)
}

// readMap reads esbuild's source map for goja. The format counts columns from
// 0 and goja from 1 without converting, so both columns of every mapping are
// moved by one here.
func readMap(text []byte) (*sourcemap.Consumer, error) {
	var m struct {
		Version  int      `json:"version"`
		Sources  []string `json:"sources"`
		Names    []string `json:"names"`
		Mappings string   `json:"mappings"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, err
	}
	for i, s := range m.Sources {
		m.Sources[i] = strings.TrimPrefix(s, filesNamespace+":")
	}
	m.Mappings = moveColumns(m.Mappings)
	text, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return sourcemap.Parse("", text)
}

// moveColumns adds 1 to every generated and every source column. Both are
// written as differences: generated columns start anew on each line, source
// columns never.
func moveColumns(mappings string) string {
	lines := strings.Split(mappings, ";")
	first := true
	for i, line := range lines {
		if line == "" {
			continue
		}
		segments := strings.Split(line, ",")
		segments[0] = addToField(segments[0], 0)
		for j, segment := range segments {
			if !first || len(fields(segment)) < 4 {
				continue
			}
			segments[j] = addToField(segment, 3)
			first = false
		}
		lines[i] = strings.Join(segments, ",")
	}
	return strings.Join(lines, ";")
}

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// fields splits a segment into its variable-length numbers, still encoded.
func fields(segment string) []string {
	var out []string
	for start, i := 0, 0; i < len(segment); i++ {
		if strings.IndexByte(base64Digits, segment[i])&32 == 0 {
			out = append(out, segment[start:i+1])
			start = i + 1
		}
	}
	return out
}

func addToField(segment string, n int) string {
	f := fields(segment)
	if n >= len(f) {
		return segment
	}
	f[n] = encodeVLQ(decodeVLQ(f[n]) + 1)
	return strings.Join(f, "")
}

func decodeVLQ(field string) int {
	value := 0
	for i := range len(field) {
		value |= (strings.IndexByte(base64Digits, field[i]) & 31) << (5 * i)
	}
	if value&1 != 0 {
		return -(value >> 1)
	}
	return value >> 1
}

func encodeVLQ(value int) string {
	bits := value << 1
	if value < 0 {
		bits = -value<<1 | 1
	}
	var out []byte
	for {
		digit := bits & 31
		bits >>= 5
		if bits > 0 {
			digit |= 32
		}
		out = append(out, base64Digits[digit])
		if bits == 0 {
			return string(out)
		}
	}
}

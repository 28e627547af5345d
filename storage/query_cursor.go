package storage

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/vmihailenco/msgpack/v5"

	"ratchet"
)

// cursor is a position in a sorted list: behind the row with these sort values
// and id. Rows added later do not move it.
type cursor struct {
	values []any // one for each sort key: int64, float64, []byte or nil
	id     int64
	skip   int // rows to leave out after it: a page number asked for more than one search could pass
}

type cursorWire struct {
	Mark   string `msgpack:"m"`
	Values []any  `msgpack:"v"`
	ID     int64  `msgpack:"i"`
	Skip   int    `msgpack:"s,omitempty"`
}

func (c cursor) write(mark string) string {
	data, err := msgpack.Marshal(cursorWire{mark, c.values, c.id, c.skip})
	if err != nil {
		return "" // cannot happen: the values are scalars
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

func readCursor(text, mark string) (*cursor, error) {
	var w cursorWire
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = msgpack.Unmarshal(data, &w)
	}
	if err != nil {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "this is not a cursor").At("/cursor").
			WithHint("use next_cursor of the page before as it is").Wrap(err)
	}
	if w.Mark != mark {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "the cursor belongs to a list with other filters or another order").At("/cursor").
			WithHint("repeat filters and sorting of the page the cursor came from, or leave the cursor out to start again")
	}
	c := &cursor{id: w.ID, skip: max(0, w.Skip), values: make([]any, len(w.Values))}
	for i, value := range w.Values {
		switch v := value.(type) {
		case nil, float64, []byte:
			c.values[i] = v
		default:
			n, ok := integer(v)
			if !ok {
				return nil, ratchet.Errorf(ratchet.CodeInvalid, "this is not a cursor").At("/cursor")
			}
			c.values[i] = n
		}
	}
	return c, nil
}

// fingerprint identifies a list's filters and order.
func fingerprint(parts ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return hex.EncodeToString(sum[:6])
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

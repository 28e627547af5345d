package schema

import (
	"encoding/json"
	"errors"
	"fmt"
)

// maxWeight bounds the memory, in bytes, that decoding a value to check it may
// take: a value of many small parts takes a hundred times its text.
const maxWeight = 32 << 20

// What parts of a value take, as measured on encoding/json, without their text.
const (
	objectWeight = 352 // a map with room for eight members
	arrayWeight  = 64
	valueWeight  = 80 // one more item or member, in a list or map that grows
)

// errHeavy is the error of a value above maxWeight.
var errHeavy = errors.New("the value takes too much memory to check")

func tooHeavy() Violation {
	return Violation{
		Rule: "steps", Wanted: fmt.Sprintf("at most %d MiB when decoded", maxWeight>>20),
		Message: fmt.Sprintf("takes more than %d MiB of memory to check against its schema, because it has very many parts; "+
			"send fewer objects and items at once, or as text", maxWeight>>20),
	}
}

// Weight estimates the memory, in bytes, that raw, which is JSON, takes when it is
// decoded into maps and lists.
func Weight(raw []byte) int {
	sum := len(raw)
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			i = skipString(raw, i) - 1
		case '{':
			sum += objectWeight
		case '[':
			sum += arrayWeight
		case ',':
			sum += valueWeight
		}
	}
	return sum
}

// decodeBounded is decode for a value of any size.
func decodeBounded(raw json.RawMessage) (any, error) {
	if len(raw) > outlineFrom && Weight(raw) > maxWeight {
		return nil, errHeavy
	}
	return decode(raw)
}

// maxKeys bounds the keys of one object. To find a key that is there twice all of
// an object are kept.
const maxKeys = 100_000

// crowded is the offset of the object in raw, which need not be JSON, that has
// more than maxKeys keys; ok is false when none has.
func crowded(raw []byte) (offset int, ok bool) {
	if len(raw) < 4*maxKeys {
		return 0, false
	}
	type container struct{ start, commas int } // commas < 0 = a list
	var open []container
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			i = skipString(raw, i) - 1
		case c == '{':
			open = append(open, container{i, 0})
		case c == '[':
			open = append(open, container{i, -len(raw)})
		case (c == '}' || c == ']') && len(open) > 0:
			open = open[:len(open)-1]
		case c == ',' && len(open) > 0:
			top := &open[len(open)-1]
			if top.commas++; top.commas >= maxKeys {
				return top.start, true
			}
		}
	}
	return 0, false
}

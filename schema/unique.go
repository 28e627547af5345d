package schema

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// uniqueItems checks the keyword of that name in time linear in the value. The
// library compares all pairs of items that its hash cannot tell apart.
type uniqueItems struct{}

// Validate implements jsonschema.SchemaExt.
func (uniqueItems) Validate(ctx *jsonschema.ValidatorContext, v any) {
	items, _ := v.([]any)
	seen := make(map[string]int, len(items))
	for i, item := range items {
		key := string(appendKey(nil, item))
		if first, again := seen[key]; again {
			ctx.AddError(&kind.UniqueItems{Duplicates: [2]int{first, i}})
			return
		}
		seen[key] = i
	}
}

// appendKey appends a text that is the same for equal values only.
func appendKey(key []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(key, 'n')
	case bool:
		return strconv.AppendBool(key, v)
	case json.Number:
		return append(append(key, '#'), decimal(string(v))...)
	case string:
		return strconv.AppendQuote(key, v)
	case []any:
		key = append(key, '[')
		for _, item := range v {
			key = append(appendKey(key, item), ',')
		}
		return append(key, ']')
	case map[string]any:
		key = append(key, '{')
		for _, name := range slices.Sorted(maps.Keys(v)) {
			key = append(strconv.AppendQuote(key, name), ':')
			key = append(appendKey(key, v[name]), ',')
		}
		return append(key, '}')
	}
	return key
}

// decimal writes equal JSON numbers alike: digits without zeros at either end,
// and the power of ten that the last of them counts.
func decimal(text string) string {
	rest, negative := strings.CutPrefix(text, "-")
	exponent := 0
	if i := strings.IndexAny(rest, "eE"); i >= 0 {
		exponent, _ = strconv.Atoi(rest[i+1:]) // in bounds: decode checked it
		rest = rest[:i]
	}
	whole, fraction, _ := strings.Cut(rest, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	short := strings.TrimRight(digits, "0")
	if short == "" {
		return "0"
	}
	exponent += len(digits) - len(short) - len(fraction)
	if negative {
		short = "-" + short
	}
	return short + "e" + strconv.Itoa(exponent)
}

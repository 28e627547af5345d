package cost

import (
	"fmt"
	"strings"
)

// json is a JSON text, now and then not quite.
func (d *draws) json(depth int) string {
	if depth <= 0 {
		return d.scalar()
	}
	switch d.n(8) {
	case 0, 1:
		return d.list("[", ",", "]", func() string { return d.json(depth - 1) })
	case 2, 3:
		i := 0
		return d.list("{", ",", "}", func() string {
			i++
			return fmt.Sprintf("%q:%s", one(d, words)+fmt.Sprint(i), d.json(depth-1))
		})
	case 4:
		return d.nest("[", "1", "]")
	case 5:
		return d.nest(`{"a":`, "1", "}")
	case 6:
		return d.schema(depth)
	}
	return d.scalar()
}

func (d *draws) scalar() string {
	switch d.n(6) {
	case 0:
		return d.repeat("9", d.times()) + "1"
	case 1:
		return fmt.Sprintf("1e%d", d.times())
	case 2:
		return one(d, []string{"true", "null", "-0", "1.5"})
	}
	return quoted(d.text())
}

// quoted is s as JSON, whatever s holds.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\u0000", `\u0000`).Replace(s) + `"`
}

// schema is a JSON Schema, often one that refers to itself.
func (d *draws) schema(depth int) string {
	if depth <= 0 {
		return one(d, []string{`{"type":"string"}`, `{}`, `true`, `false`, `{"$ref":"#"}`, `{"$ref":"#/$defs/d1"}`})
	}
	sub := func() string { return d.schema(depth - 1) }
	switch d.n(10) {
	case 0:
		return d.list(`{"`+one(d, []string{"anyOf", "allOf", "oneOf"})+`":[`, ",", "]}", sub)
	case 1:
		return d.levels()
	case 2:
		return fmt.Sprintf(`{"type":"array","items":%s,"uniqueItems":true}`, sub())
	case 3:
		return fmt.Sprintf(`{"pattern":%s}`, quoted(d.nest("(", "a+", ")+")))
	case 4:
		i := 0
		name := d.repeat("p", d.times())
		return d.list(`{"properties":{`, ",", "}}", func() string { i++; return fmt.Sprintf(`"%s%d":%s`, name, i, sub()) })
	case 5:
		return fmt.Sprintf(`{"not":%s,"unevaluatedProperties":%s,"additionalProperties":%s}`, sub(), sub(), sub())
	case 6:
		return fmt.Sprintf(`{"patternProperties":{"^.*$":%s},"propertyNames":%s}`, sub(), sub())
	case 7:
		return d.list(`{"enum":[`, ",", "]}", d.scalar)
	case 8:
		return d.nest(`{"`+one(d, []string{"not", "items", "if", "additionalProperties"})+`":`, "{}", "}")
	}
	return fmt.Sprintf(`{"type":"object","properties":{"a":%s},"dependentSchemas":{"a":%s}}`, sub(), sub())
}

// levels are definitions that each ask for the next one more than once.
func (d *draws) levels() string {
	n, ways := min(d.times(), 400), 1+d.n(3)
	kind := one(d, []string{"anyOf", "allOf", "oneOf"})
	var b strings.Builder
	fmt.Fprintf(&b, `{"$ref":"#/$defs/d0","$defs":{`)
	for i := range n {
		ref := fmt.Sprintf(`{"$ref":"#/$defs/d%d"},`, i+1)
		fmt.Fprintf(&b, `"d%d":{"%s":[%s]},`, i, kind, strings.TrimSuffix(strings.Repeat(ref, ways), ","))
	}
	fmt.Fprintf(&b, `"d%d":%s}}`, n, one(d, []string{`{"type":"null"}`, `{"required":["q"]}`, `true`}))
	return b.String()
}

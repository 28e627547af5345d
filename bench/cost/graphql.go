package cost

import (
	"fmt"
	"strings"
)

// fields are what selections are made of; the server's own schema adds to them.
var fields = []string{"__typename", "tasks{items{name}}", "executions{items{status}}", "__schema{types{name}}", "a", "a:__typename", `a:task(id:"calm"){name}`, "id", "name"}

// document is a GraphQL document, now and then not quite.
func (d *draws) document() string {
	switch d.n(7) {
	case 0:
		return d.fragments()
	case 1:
		return d.nest("{a", "", "}")
	case 2:
		return d.list("query(", ",", "){a}", func() string { return "$" + one(d, words) + ":[Int!]=1" })
	case 3:
		return "{a(x:" + d.nest("[", "1", "]") + ")}"
	case 4:
		return d.list("{a", "", "}", func() string { return "@skip(if:true)" })
	case 5:
		return d.list("", " ", "", func() string { return "query q{__typename}" })
	}
	return "{" + d.selection(4) + "}"
}

func (d *draws) selection(depth int) string {
	i := 0
	return d.list("", " ", "", func() string {
		i++
		switch field := one(d, fields); {
		case depth > 0 && d.n(3) == 0:
			return fmt.Sprintf("%s{%s}", one(d, []string{"tasks", "items", "a", "__schema", "types", "fields", "... on Query", "..."}), d.selection(depth-1))
		case d.n(2) == 0:
			return fmt.Sprintf("f%d:%s", i, strings.TrimPrefix(field, "a:"))
		default:
			return field
		}
	})
}

// fragments spread one another.
func (d *draws) fragments() string {
	n, ways := min(d.times(), 5000), 1+d.n(3)
	var b strings.Builder
	b.WriteString("{...f0}")
	for i := range n {
		fmt.Fprintf(&b, " fragment f%d on Query{%s%s}", i, one(d, fields), strings.Repeat(fmt.Sprintf("...f%d ", (i+1)%n), ways))
	}
	return b.String()
}

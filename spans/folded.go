package spans

import (
	"strconv"
	"strings"
)

// Folded writes one line per stack, "a;b;c 120": its own time in microseconds.
// The numbers add up to the run's wall time. Spaces and semicolons in names
// become underscores and commas, because they mean something in the format.
func Folded(r Run) string {
	var b strings.Builder
	walk(tree(r), func(stack []*node) {
		us := stack[len(stack)-1].self.Microseconds()
		if us == 0 {
			return
		}
		for i, n := range stack {
			if i > 0 {
				b.WriteByte(';')
			}
			b.WriteString(plainName.Replace(n.name))
		}
		b.WriteByte(' ')
		b.WriteString(strconv.FormatInt(us, 10))
		b.WriteByte('\n')
	})
	return b.String()
}

var plainName = strings.NewReplacer(" ", "_", ";", ",", "\n", "_", "\r", "_", "\t", "_")

package cost

import "strings"

// words are names that some surface gives a meaning to.
var words = []string{
	"a", "id", "name", "tasks", "executions", "items", "status", "calm", "task_id", "input", "limit", "page", "filter", "sort",
	"created_at", "-created_at", "__proto__", "", "*", "%", "../", "ratchet://tasks/calm", "1", "0", "-1", "9007199254740993", "1e400", "null", "é", "\u0000",
}

// text is a string: a word, or one repeated.
func (d *draws) text() string {
	unit := one(d, []string{"a", "aa ", "%41", "\\u0061", "é", "{", "(", "\"", ",", "*a", "1", "a.b.", "-", "&a=1", "\n"})
	if d.n(3) > 0 {
		return one(d, words)
	}
	return d.repeat(unit, d.times())
}

// repeat is unit n times, cut where the request would become too large.
func (d *draws) repeat(unit string, n int) string {
	if unit == "" {
		return ""
	}
	n = max(0, min(n, (maxBytes-d.spent)/len(unit)))
	d.spent += n * len(unit)
	return strings.Repeat(unit, n)
}

// list joins parts that differ or repeat.
func (d *draws) list(open, sep, end string, part func() string) string {
	var b strings.Builder
	b.WriteString(open)
	n, same := d.times(), d.n(2) == 0
	var last string
	for i := 0; i < n && d.spent < maxBytes; i++ {
		if i > 0 {
			b.WriteString(sep)
		}
		if last == "" || !same {
			last = part()
		}
		d.spent += len(last) + len(sep)
		b.WriteString(last)
	}
	b.WriteString(end)
	return b.String()
}

// nest wraps core many times.
func (d *draws) nest(open, core, end string) string {
	n := d.times()
	return d.repeat(open, n) + core + d.repeat(end, n)
}

package registry

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// DefaultResultBytes is Settings.MaxResultBytes when it is zero.
const DefaultResultBytes = 40_000

// minPreview is the least that is left of a field that was cut.
const minPreview = 200

// Big is one field of a result that may be too big. Exactly one of JSON and
// Text is set.
type Big struct {
	Name string // as truncated_fields names it
	JSON *json.RawMessage
	Text *string
}

func (b Big) size() int {
	if b.JSON != nil {
		return len(*b.JSON)
	}
	return len(*b.Text)
}

// Cut shortens the biggest of fields until they fit limit bytes together (0 =
// 40,000) and returns the names of those it cut, for truncated_fields. A cut
// JSON value becomes a string that holds its beginning. The caller links to
// the whole.
func Cut(limit int, fields ...Big) []string {
	if limit <= 0 {
		limit = DefaultResultBytes
	}
	total := 0
	for _, f := range fields {
		total += f.size()
	}
	bySize := slices.Clone(fields)
	slices.SortStableFunc(bySize, func(a, b Big) int { return b.size() - a.size() })
	var cut []string
	for _, f := range bySize {
		if total <= limit {
			break
		}
		size := f.size()
		room := max(limit-(total-size), minPreview)
		if size <= room {
			continue
		}
		f.shorten(room)
		total += f.size() - size
		cut = append(cut, f.Name)
	}
	slices.Sort(cut)
	return cut
}

// CutItems is Cut over the fields of n items together; it returns the names cut by item.
func CutItems(limit, n int, fields func(i int) []Big) map[int][]string {
	var all []Big
	for i := range n {
		for _, f := range fields(i) {
			f.Name = strconv.Itoa(i) + " " + f.Name
			all = append(all, f)
		}
	}
	cut := map[int][]string{}
	for _, name := range Cut(limit, all...) {
		item, field, _ := strings.Cut(name, " ")
		i, _ := strconv.Atoi(item) // made above
		cut[i] = append(cut[i], field)
	}
	return cut
}

func (b Big) shorten(room int) {
	if b.Text != nil {
		*b.Text = Prefix(*b.Text, room) + "…"
		return
	}
	// Quoting may lengthen the text: take less until it fits.
	for n := room; ; n = n * 3 / 4 {
		quoted, err := json.Marshal(Prefix(string(*b.JSON), n) + "…")
		if err != nil || len(quoted) <= room || n < minPreview/2 {
			*b.JSON = quoted
			return
		}
	}
}

// Prefix is at most n bytes of s, cut between characters.
func Prefix(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

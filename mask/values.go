package mask

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// Values takes secrets that are known out of texts, in the forms in which texts
// have them: as they are, quoted, URL-encoded, in hex, and in base64 wherever
// they stand in what was encoded. The nil Values changes nothing. It is safe
// for concurrent use.
type Values struct {
	with    string
	replace *strings.Replacer
	begin   map[string][]string // forms by their first bytes
	longest int                 // form
}

// NewValues returns what replaces each of values by with; nil when there is
// nothing to replace.
func NewValues(with string, values ...string) *Values {
	var forms []string
	for _, v := range values {
		forms = append(forms, formsOf(v)...)
		if lines := strings.FieldsFunc(v, func(r rune) bool { return r == '\n' || r == '\r' }); len(lines) > 1 {
			for _, line := range lines { // logs and stacks are shown line by line
				if len(line) >= leastLine {
					forms = append(forms, formsOf(line)...)
				}
			}
		}
	}
	slices.Sort(forms)
	forms = slices.Compact(forms)
	if len(forms) == 0 {
		return nil
	}
	// Longest first: a secret that contains another one must go whole.
	slices.SortStableFunc(forms, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(forms))
	for _, f := range forms {
		pairs = append(pairs, f, with)
	}
	out := &Values{with: with, begin: map[string][]string{}, longest: len(forms[0]), replace: strings.NewReplacer(pairs...)}
	for _, f := range forms {
		if len(f) > leastCut {
			out.begin[f[:leastCut]] = append(out.begin[f[:leastCut]], f)
		}
	}
	return out
}

// NewTexts returns what replaces texts as they are: of each two in pairs the
// first by the second. It is nil for none.
func NewTexts(pairs ...string) *Values {
	longest := 0
	for i := 0; i < len(pairs); i += 2 {
		longest = max(longest, len(pairs[i]))
	}
	if longest == 0 {
		return nil
	}
	return &Values{replace: strings.NewReplacer(pairs...), longest: longest}
}

const (
	leastLine    = 16 // of a line of a secret that is masked by itself
	leastEncoded = 6  // of a secret whose hex and inner base64 are told from other text
	deepQuotes   = 4  // JSON in JSON in JSON
	leastCut     = 8  // of the beginning of a secret at which a text was cut off
)

// formsOf are the texts that stand for v.
func formsOf(v string) []string {
	if v == "" {
		return nil
	}
	raw := []byte(v)
	forms := []string{
		v, url.QueryEscape(v), url.PathEscape(v), url.QueryEscape(url.QueryEscape(v)), url.PathEscape(url.PathEscape(v)),
		base64.StdEncoding.EncodeToString(raw), base64.URLEncoding.EncodeToString(raw), base64.RawStdEncoding.EncodeToString(raw),
	}
	level := []string{v}
	for range deepQuotes { // each time by an encoder that minds HTML or one that does not
		var next []string
		for _, text := range level {
			next = append(next, Quoted(text, true), Quoted(text, false))
		}
		slices.Sort(next)
		level = slices.Compact(next)
		forms = append(forms, level...)
	}
	if len(v) < leastEncoded {
		return forms
	}
	lower := hex.EncodeToString(raw)
	forms = append(forms, lower, strings.ToUpper(lower))
	for before := range 3 {
		forms = append(forms, inner(base64.RawStdEncoding, raw, before), inner(base64.RawURLEncoding, raw, before))
	}
	return forms
}

// inner is what is the same in the base64 of everything that holds v behind
// before bytes, more or less by threes: what "user:" + v comes to, for one.
func inner(enc *base64.Encoding, v []byte, before int) string {
	text := enc.EncodeToString(slices.Concat(make([]byte, before), v))
	first := []int{0, 2, 3}[before]
	return text[first : (before+len(v))*8/6]
}

// Quoted is v as it stands inside a quoted string, e.g. in a logged object.
func Quoted(v string, escapeHTML bool) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(escapeHTML)
	if enc.Encode(v) != nil {
		return v
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.String()), `"`), `"`)
}

// Whole returns the Values that take out whole secrets only, and not the
// beginning of one at which a text was cut off.
func (v *Values) Whole() *Values {
	if v == nil {
		return nil
	}
	return &Values{with: v.with, replace: v.replace, longest: v.longest}
}

// Text is s without the secrets.
func (v *Values) Text(s string) string {
	if v == nil || s == "" {
		return s
	}
	s = v.replace.Replace(s)
	if v.begin == nil {
		return s
	}
	return v.cut(s)
}

// ellipsis is where texts that are shown short end.
const ellipsis = "…"

// cut takes out the beginning of a secret at which s was cut off: at its end,
// and before each ellipsis.
func (v *Values) cut(s string) string {
	at := strings.Index(s, ellipsis)
	if at < 0 {
		return v.trim(s)
	}
	var b strings.Builder
	for at >= 0 {
		b.WriteString(v.trim(s[:at]))
		b.WriteString(ellipsis)
		s = s[at+len(ellipsis):]
		at = strings.Index(s, ellipsis)
	}
	b.WriteString(v.trim(s))
	return b.String()
}

// trim replaces the beginning of a secret at the end of s.
func (v *Values) trim(s string) string {
	tail := strings.TrimRight(s, `"'.`+"`")
	for at := max(0, len(tail)-v.longest); at+leastCut <= len(tail); at++ {
		for _, form := range v.begin[tail[at:at+leastCut]] {
			if strings.HasPrefix(form, tail[at:]) {
				return tail[:at] + v.with + s[len(tail):]
			}
		}
	}
	return s
}

package runtime

import (
	"embed"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a worker reads no files

	"github.com/dop251/goja"
	"golang.org/x/text/collate"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// localeHost serves js/locale.js.
func localeHost(v *vm) hostFuncs {
	collators := map[string]*collate.Collator{}
	return hostFuncs{
		"number": func(c goja.FunctionCall) goja.Value {
			n := func(i int) int { return int(c.Argument(i).ToInteger()) }
			f := numberFormat{shift: n(1), minInt: n(2), minFrac: n(3), maxFrac: n(4), minSig: n(5), maxSig: n(6), group: c.Argument(7).ToBoolean()}
			return v.rt.ToValue(f.format(c.Argument(0).String()))
		},
		"compare": func(c goja.FunctionCall) goja.Value {
			key := fmt.Sprint(c.Argument(2).String(), c.Argument(3).ToBoolean(), c.Argument(4).String())
			if collators[key] == nil {
				collators[key] = newCollator(c.Argument(2).String(), c.Argument(3).ToBoolean(), c.Argument(4).String())
			}
			return v.rt.ToValue(collators[key].CompareString(c.Argument(0).String(), c.Argument(1).String()))
		},
		"locale": func(c goja.FunctionCall) goja.Value {
			text, err := localeData.ReadFile("locales/" + c.Argument(0).String() + ".json")
			if err != nil {
				return goja.Undefined()
			}
			return v.rt.ToValue(string(text))
		},
		"plural": func(c goja.FunctionCall) goja.Value {
			n := func(i int) int { return int(c.Argument(i).ToInteger()) }
			return v.rt.ToValue(pluralForm(c.Argument(0).String(), c.Argument(1).ToBoolean(), n(2), n(3), n(4)))
		},
		"zone": func(c goja.FunctionCall) goja.Value { return v.zone(c.Argument(0).String(), c.Argument(1).ToInteger()) },
	}
}

// localeData is what locales/generate.mjs writes of the Unicode CLDR.
//
//go:embed locales/*.json
var localeData embed.FS

// pluralForm is the category of a number with its whole part and its decimals,
// of which there are so many.
func pluralForm(locale string, ordinal bool, whole, places, decimals int) string {
	rules := plural.Cardinal
	if ordinal {
		rules = plural.Ordinal
	}
	base, _ := language.Make(locale).Base()
	if !ordinal && places == 0 && whole > 0 && whole%1_000_000 == 0 && slices.Contains([]string{"fr", "es", "pt", "it"}, base.String()) {
		return "many" // newer than the tables of package plural
	}
	switch rules.MatchPlural(language.Make(locale), whole, places, places, decimals, decimals) {
	case plural.Zero:
		return "zero"
	case plural.One:
		return "one"
	case plural.Two:
		return "two"
	case plural.Few:
		return "few"
	case plural.Many:
		return "many"
	default:
		return "other"
	}
}

// zone describes a time zone at a moment; null = there is none of that name.
func (v *vm) zone(name string, ms int64) goja.Value {
	location, shown, ok := loadZone(name)
	if !ok {
		return goja.Null()
	}
	t := time.UnixMilli(ms).In(location)
	abbreviation, offset := t.Zone()
	short := "GMT"
	if american(shown) || shown == "UTC" {
		short = abbreviation
	} else if offset != 0 {
		hours, minutes := offset/3600, max(offset, -offset)%3600/60
		short = fmt.Sprintf("GMT%+d", hours)
		if minutes != 0 {
			short += fmt.Sprintf(":%02d", minutes)
		}
	}
	o := v.rt.NewObject()
	for key, value := range map[string]any{"name": shown, "offset": offset * 1000, "short": short, "long": longZone(short)} {
		v.mustPut(o, key, v.rt.ToValue(value))
	}
	return o
}

// loadZone finds a zone by its name, whatever its case, or by an offset.
func loadZone(name string) (*time.Location, string, bool) {
	switch strings.ToUpper(name) {
	case "UTC", "GMT", "ETC/UTC", "ETC/GMT", "ETC/UCT", "UCT", "ZULU":
		return time.UTC, "UTC", true
	case "", "LOCAL":
		return nil, "", false
	}
	if zonePath.MatchString(name) {
		parts := strings.Split(strings.ToLower(name), "/")
		for i, part := range parts {
			words := strings.Split(part, "_")
			for j, w := range words {
				if w != "" && (w != "of" && w != "es" || i == 0) {
					words[j] = strings.ToUpper(w[:1]) + w[1:]
				}
			}
			parts[i] = strings.Join(words, "_")
		}
		for _, try := range []string{name, strings.Join(parts, "/"), strings.ToUpper(name)} {
			if l, err := time.LoadLocation(try); err == nil {
				return l, shownZone(l.String()), true
			}
		}
	}
	return nil, "", false
}

// shownZone is the name that other engines show for a zone that has several.
func shownZone(name string) string {
	older := map[string]string{
		"Asia/Kolkata": "Asia/Calcutta", "Asia/Kathmandu": "Asia/Katmandu", "Asia/Ho_Chi_Minh": "Asia/Saigon", "Asia/Yangon": "Asia/Rangoon",
		"Europe/Kyiv": "Europe/Kiev", "America/Argentina/Buenos_Aires": "America/Buenos_Aires", "Atlantic/Faroe": "Atlantic/Faeroe",
	}
	if shown, ok := older[name]; ok {
		return shown
	}
	return name
}

var zonePath = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$`)

func american(zone string) bool {
	return strings.HasPrefix(zone, "America/") && slices.Contains([]string{
		"America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Phoenix", "America/Anchorage", "America/Detroit", "America/Toronto", "America/Vancouver",
	}, zone) || zone == "Pacific/Honolulu" || strings.HasPrefix(zone, "US/")
}

func longZone(short string) string {
	if short == "UTC" {
		return "Coordinated Universal Time"
	}
	if len(short) < 3 || short[len(short)-1] != 'T' {
		return short
	}
	region := map[byte]string{'E': "Eastern", 'C': "Central", 'M': "Mountain", 'P': "Pacific", 'A': "Alaska", 'H': "Hawaii-Aleutian"}[short[0]]
	if region == "" {
		return short
	}
	if short[len(short)-2] == 'D' {
		return region + " Daylight Time"
	}
	return region + " Standard Time"
}

func newCollator(sensitivity string, numeric bool, locale string) *collate.Collator {
	var options []collate.Option
	switch sensitivity {
	case "base":
		options = append(options, collate.IgnoreCase, collate.IgnoreDiacritics)
	case "accent":
		options = append(options, collate.IgnoreCase)
	}
	if numeric {
		options = append(options, collate.Numeric)
	}
	return collate.New(language.Make(locale), options...)
}

// numberFormat writes numbers as en-US does. maxSig 0 = by fraction digits.
type numberFormat struct {
	shift                    int // of the decimal point: 2 for percent
	minInt, minFrac, maxFrac int
	minSig, maxSig           int
	group                    bool
}

// format writes the absolute value of a number in JavaScript's own notation.
// It rounds the shortest decimal text, halves away from zero.
func (f numberFormat) format(text string) string {
	digits, point := decimal(text)
	point += f.shift
	keep, minFrac := point+f.maxFrac, f.minFrac
	if f.maxSig > 0 {
		keep, minFrac = f.maxSig, max(f.minSig-point, 0)
		if len(digits) == 0 {
			minFrac = f.minSig - 1
		}
	}
	digits, point = roundDigits(digits, point, keep)
	if f.maxSig > 0 && len(digits) > 0 {
		minFrac = max(f.minSig-point, 0)
	}
	whole, frac := splitDigits(digits, point)
	frac = strings.TrimRight(frac, "0")
	frac += strings.Repeat("0", max(minFrac-len(frac), 0))
	whole = strings.TrimLeft(whole, "0")
	whole = strings.Repeat("0", max(f.minInt-len(whole), 0)) + whole
	if f.group {
		whole = grouped(whole)
	}
	if frac == "" {
		return whole
	}
	return whole + "." + frac
}

// decimal reads text as 0.DIGITS × 10^point.
func decimal(text string) (digits string, point int) {
	text = strings.TrimPrefix(text, "-")
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	whole, frac, _ := strings.Cut(mantissa, ".")
	point = len(whole)
	if e, ok := new(big.Int).SetString(strings.TrimPrefix(exponent, "+"), 10); ok {
		point += int(e.Int64())
	}
	digits = whole + frac
	trimmed := strings.TrimLeft(digits, "0")
	return trimmed, point - (len(digits) - len(trimmed))
}

// roundDigits keeps the first n digits, rounding half up.
func roundDigits(digits string, point, n int) (string, int) {
	if n >= len(digits) {
		return digits, point
	}
	if n < 0 {
		return "", point
	}
	up := digits[n] >= '5'
	b := []byte(digits[:n])
	for i := n - 1; up && i >= 0; i-- {
		if b[i] == '9' {
			b[i] = '0'
			continue
		}
		b[i]++
		up = false
	}
	if up {
		return "1" + string(b), point + 1
	}
	return string(b), point
}

func splitDigits(digits string, point int) (whole, frac string) {
	switch {
	case point <= 0:
		return "", strings.Repeat("0", -point) + digits
	case point >= len(digits):
		return digits + strings.Repeat("0", point-len(digits)), ""
	default:
		return digits[:point], digits[point:]
	}
}

func grouped(whole string) string {
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return whole
}

// regexpHost serves js/regexp.js.
func regexpHost(v *vm) hostFuncs {
	return hostFuncs{
		"pattern": func(c goja.FunctionCall) goja.Value {
			made, err := v.makePattern(c.Argument(0).String(), c.Argument(1).String())
			if err != nil {
				panic(v.throw("SyntaxError", err.Error()))
			}
			return v.rt.NewArray(made.pattern, made.flags, made.number)
		},
		"own": func(c goja.FunctionCall) goja.Value {
			v.ownMethods(c.Argument(0).ToObject(v.rt), int(c.Argument(1).ToInteger()))
			return c.Argument(0)
		},
		"exec": func(c goja.FunctionCall) goja.Value {
			own := v.ownOf(c.Argument(0).ToObject(v.rt))
			if own == nil {
				return goja.Undefined()
			}
			return v.execOwn(own, goja.FunctionCall{This: c.Argument(0), Arguments: []goja.Value{c.Argument(1)}})
		},
	}
}

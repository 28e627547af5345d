package runtime

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/dop251/goja"
	"golang.org/x/text/collate"
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
			key := fmt.Sprint(c.Argument(2).String(), c.Argument(3).ToBoolean())
			if collators[key] == nil {
				collators[key] = newCollator(c.Argument(2).String(), c.Argument(3).ToBoolean())
			}
			return v.rt.ToValue(collators[key].CompareString(c.Argument(0).String(), c.Argument(1).String()))
		},
	}
}

func newCollator(sensitivity string, numeric bool) *collate.Collator {
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
	return collate.New(language.English, options...)
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

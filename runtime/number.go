package runtime

import (
	"math"
	"math/big"
	"strings"

	"github.com/dop251/goja"
)

// numbers are the conversions that the engine rounds wrongly: parseInt of long
// texts, and toString with a radix.
func numbers() []module {
	return []module{
		{name: "parseInt", words: []string{"parseInt"}, install: func(v *vm) error {
			fn, err := v.function("parseInt", 2, func(c goja.FunctionCall) goja.Value {
				return v.rt.ToValue(parseInt(v.toString(c.Argument(0)).String(), int32(c.Argument(1).ToInteger())))
			})
			if err != nil {
				return err
			}
			for _, object := range []string{"globalThis", "Number"} {
				o, err := v.patched(object)
				if err != nil {
					return err
				}
				if err := o.DefineDataProperty("parseInt", fn, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE); err != nil {
					return err
				}
			}
			return nil
		}},
		{name: "Math.pow", words: []string{"pow"}, reach: []string{"Math"}, install: func(v *vm) error {
			o, err := v.patched("Math")
			if err != nil {
				return err
			}
			fn, err := v.function("pow", 2, func(c goja.FunctionCall) goja.Value {
				x := c.Argument(0).ToFloat()
				return v.rt.ToValue(pow(x, c.Argument(1).ToFloat()))
			})
			if err != nil {
				return err
			}
			return o.DefineDataProperty("pow", fn, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
		}},
		{name: "Number.prototype.toString", words: []string{"toString("}, install: func(v *vm) error {
			o, err := v.patched("Number.prototype")
			if err != nil {
				return err
			}
			native, _ := goja.AssertFunction(o.Get("toString"))
			fn, err := v.function("toString", 1, func(c goja.FunctionCall) goja.Value {
				if x, ok := primitiveNumber(c.This); ok && len(c.Arguments) > 0 && !goja.IsUndefined(c.Arguments[0]) {
					radix := c.Arguments[0].ToInteger()
					if radix >= 2 && radix <= 36 && radix != 10 && !math.IsNaN(x) && !math.IsInf(x, 0) {
						return v.rt.ToValue(radixText(x, float64(radix)))
					}
				}
				text, err := native(c.This, c.Arguments...)
				if err != nil {
					panic(err)
				}
				return text
			})
			if err != nil {
				return err
			}
			return o.DefineDataProperty("toString", fn, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
		}},
	}
}

const digitsOf36 = "0123456789abcdefghijklmnopqrstuvwxyz"

const whiteSpace = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"

// parseInt reads the whole number that a text begins with.
func parseInt(text string, radix int32) float64 {
	text = strings.TrimLeft(text, whiteSpace)
	negative := strings.HasPrefix(text, "-")
	if negative || strings.HasPrefix(text, "+") {
		text = text[1:]
	}
	hex := len(text) > 1 && text[0] == '0' && text[1]|0x20 == 'x'
	if hex && (radix == 0 || radix == 16) {
		text, radix = text[2:], 16
	}
	if radix == 0 {
		radix = 10
	}
	if radix < 2 || radix > 36 {
		return math.NaN()
	}
	end := 0
	for end < len(text) {
		i := strings.IndexByte(digitsOf36, lowerByte(text[end]))
		if i < 0 || i >= int(radix) {
			break
		}
		end++
	}
	if end == 0 {
		return math.NaN()
	}
	if digits := strings.TrimLeft(text[:end], "0"); len(digits) > maxDigits {
		return math.Copysign(math.Inf(1), sign(negative))
	}
	n, _ := new(big.Int).SetString(text[:end], int(radix))
	value, _ := new(big.Float).SetInt(n).Float64()
	if negative {
		return -value
	}
	return value
}

// maxDigits is more than any number has, in any radix.
const maxDigits = 1100

func sign(negative bool) float64 {
	if negative {
		return -1
	}
	return 1
}

func lowerByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// radixText writes a number with the fewest digits that tell it from its
// neighbours, and zeros for the digits it does not have.
func radixText(x, radix float64) string {
	value := math.Abs(x)
	whole := math.Floor(value)
	fraction := value - whole
	delta := math.Max(0.5*(math.Nextafter(value, math.Inf(1))-value), math.SmallestNonzeroFloat64)
	var after []byte
	for fraction >= delta {
		fraction *= radix
		delta *= radix
		digit := math.Floor(fraction)
		after = append(after, byte(digit))
		fraction -= digit
		if (fraction > 0.5 || fraction == 0.5 && int(digit)&1 != 0) && fraction+delta > 1 {
			after, whole = roundUp(after, whole, byte(radix))
			break
		}
	}
	var before []byte // last digit first
	for math.Ilogb(whole/radix) > 52 {
		whole /= radix
		before = append(before, '0')
	}
	for {
		rest := math.Mod(whole, radix)
		before = append(before, digitsOf36[int(rest)])
		if whole = (whole - rest) / radix; whole <= 0 {
			break
		}
	}
	var b strings.Builder
	if x < 0 {
		b.WriteByte('-')
	}
	for i := len(before) - 1; i >= 0; i-- {
		b.WriteByte(before[i])
	}
	if len(after) > 0 {
		b.WriteByte('.')
		for _, d := range after {
			b.WriteByte(digitsOf36[d])
		}
	}
	return b.String()
}

// roundUp adds one to the last digit behind the point.
func roundUp(digits []byte, whole float64, radix byte) ([]byte, float64) {
	for len(digits) > 0 {
		last := len(digits) - 1
		if digits[last]++; digits[last] < radix {
			return digits, whole
		}
		digits = digits[:last]
	}
	return nil, whole + 1
}

package runtime

import (
	"math"
	"sync"

	"github.com/dop251/goja"
)

// power is the operator ** on any values, and Math.pow.
func (v *vm) power(c goja.FunctionCall) goja.Value {
	x, y := c.Argument(0), c.Argument(1)
	a, ok := primitiveNumber(x)
	if b, ok2 := primitiveNumber(y); ok && ok2 {
		return v.rt.ToValue(pow(a, b))
	}
	value, err := v.convertedPower(x, y)
	if err != nil {
		panic(err)
	}
	return value
}

func primitiveNumber(value goja.Value) (float64, bool) {
	if _, object := value.(*goja.Object); object {
		return 0, false
	}
	switch n := value.Export().(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

// pow is x to the power of y. The platform's function is only close to what
// the mathematical value rounds to.
func pow(x, y float64) float64 {
	if math.IsNaN(y) || math.Abs(x) == 1 && math.IsInf(y, 0) {
		return math.NaN()
	}
	near := math.Pow(x, y)
	switch {
	case y == 0, x == 0, y == 1, x == 1, math.IsNaN(near), math.IsInf(x, 0), math.IsInf(y, 0):
		return near
	case x == math.Trunc(x) && y == math.Trunc(y) && math.Abs(near) <= 1<<53 && y > 0:
		return math.Round(near)
	case math.IsInf(near, 0) && math.Abs(y)*math.Abs(math.Log(math.Abs(x))) > 720, near == 0:
		return near
	}
	m, e := math.Frexp(math.Abs(x))
	if m < math.Sqrt2/2 {
		m, e = 2*m, e-1
	}
	logarithm := ln2.times(float64(e)).plus(logOf(m))
	result := logarithm.times(y).exp()
	if x < 0 && math.Mod(y, 2) != 0 {
		return -result
	}
	return result
}

// double is the unevaluated sum of two numbers: about 106 bits.
type double struct{ hi, lo float64 }

var ln2 = double{0.6931471805599453, 2.3190468138462996e-17}

func twoSum(a, b float64) double {
	s := a + b
	t := s - a
	return double{s, (a - (s - t)) + (b - t)}
}

func (d double) plus(o double) double {
	s := twoSum(d.hi, o.hi)
	t := twoSum(d.lo, o.lo)
	s = twoSum(s.hi, s.lo+t.hi)
	return twoSum(s.hi, s.lo+t.lo)
}

func (d double) times(f float64) double { return d.mul(double{f, 0}) }

func (d double) mul(o double) double {
	p := d.hi * o.hi
	return twoSum(p, math.FMA(d.hi, o.hi, -p)+(d.hi*o.lo+d.lo*o.hi))
}

func (d double) over(f float64) double {
	q := d.hi / f
	rest := d.plus(double{f, 0}.times(-q))
	return twoSum(q, rest.hi/f)
}

// series is e to the power of a number of at most 0.35.
func (d double) series() double {
	const halvings = 6
	r := double{math.Ldexp(d.hi, -halvings), math.Ldexp(d.lo, -halvings)}
	term, total := double{1, 0}, double{0, 0} // of e^r - 1, which keeps its small bits
	for i := 1.0; i < 16; i++ {
		term = term.mul(r).over(i)
		total = total.plus(term)
	}
	for range halvings { // (1+t)² - 1 = t² + 2t
		total = total.mul(total).plus(total.times(2))
	}
	return total.plus(double{1, 0})
}

func (d double) exp() float64 {
	k := math.Round(d.hi / ln2.hi)
	e := d.plus(ln2.times(-k)).series()
	return math.Ldexp(e.hi, int(k))
}

// logOf is the natural logarithm of a number near 1: the platform's, and what
// it is off by.
func logOf(m float64) double {
	near := math.Log(m)
	e := double{near, 0}.series()
	off := double{m, 0}.plus(double{-e.hi, -e.lo})
	return double{near, 0}.plus(off.over(m)) // ln(m/e) = (m-e)/m, as e is m but for 2^-52
}

// engineOperator converts its operands as the operator does. Compiled by the
// engine itself, its ** is the engine's.
var engineOperator = sync.OnceValue(func() *goja.Program {
	return goja.MustCompile("ratchet:power",
		`(x, y, pow) => { x = -(-x); y = -(-y); return typeof x === 'bigint' || typeof y === 'bigint' ? x ** y : pow(x, y); }`, true)
})

func (v *vm) convertedPower(x, y goja.Value) (goja.Value, error) {
	if v.operator == nil {
		fn, err := v.rt.RunProgram(engineOperator())
		if err != nil {
			return nil, err
		}
		v.operator, _ = goja.AssertFunction(fn)
	}
	return v.operator(goja.Undefined(), x, y, v.rt.ToValue(v.power))
}

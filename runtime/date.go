package runtime

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
)

// The engine's parser of dates accepts a little more and a little less than
// V8's. dateText returns what to give it for a text, and false for a text that
// is no date.
func dateText(text string) (string, bool) {
	switch {
	case onlyDigits.MatchString(text), commaFraction.MatchString(text), wrongHour.MatchString(text), wrongDay.MatchString(text):
		return "", false
	}
	if m := isoForm.FindStringSubmatch(text); m != nil {
		return m[1] + "T" + m[2] + strings.ToUpper(m[3]), true
	}
	return text, true
}

var (
	onlyDigits    = regexp.MustCompile(`^\s*\d{9,}\s*$`)
	commaFraction = regexp.MustCompile(`^[+-]?\d{4,6}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d,`)
	wrongHour     = regexp.MustCompile(`(?i)\b(?:1[3-9]|2\d):\d\d(?::\d\d)?\s*[ap]m\b`)
	wrongDay      = regexp.MustCompile(`(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? (?:3[2-9]|[4-9]\d),? \d{4}`)
	isoForm       = regexp.MustCompile(`^([+-]\d{6}-\d\d-\d\d|\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)\d*([Zz]|[+-]\d\d:?\d\d)?$`)
)

// dates corrects how dates are parsed and written.
func dates() module {
	return module{name: "Date", words: []string{"Date"}, install: func(v *vm) error {
		class, err := v.patched("Date")
		if err != nil {
			return err
		}
		proto, err := v.patched("Date.prototype")
		if err != nil {
			return err
		}
		native, _ := goja.AssertFunction(class.Get("parse"))
		for _, m := range []struct {
			object *goja.Object
			name   string
			length int
			fn     func(goja.FunctionCall) goja.Value
		}{
			{class, "parse", 1, func(c goja.FunctionCall) goja.Value {
				text, ok := dateText(v.toString(c.Argument(0)).String())
				if !ok {
					return v.rt.ToValue(math.NaN())
				}
				return v.invoke(native, c.This, v.rt.ToValue(text))
			}},
			{proto, "toISOString", 0, v.isoDate},
			{proto, "toString", 0, v.zoned(proto, "toString")},
			{proto, "toTimeString", 0, v.zoned(proto, "toTimeString")},
		} {
			fn, err := v.function(m.name, m.length, m.fn)
			if err != nil {
				return err
			}
			if err := m.object.DefineDataProperty(m.name, fn, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE); err != nil {
				return err
			}
		}
		return nil
	}}
}

// isoDate writes years beyond four digits with a sign and six.
func (v *vm) isoDate(c goja.FunctionCall) goja.Value {
	o, ok := c.This.(*goja.Object)
	if !ok || o.ClassName() != "Date" {
		panic(v.rt.NewTypeError("this is not a Date object."))
	}
	t, ok := o.Export().(time.Time)
	if !ok {
		panic(v.throw("RangeError", "Invalid time value"))
	}
	t = t.UTC()
	if year := t.Year(); year < 0 || year > 9999 {
		sign := '+'
		if year < 0 {
			sign, year = '-', -year
		}
		return v.rt.ToValue(fmt.Sprintf("%c%06d%s", sign, year, t.Format("-01-02T15:04:05.000Z")))
	}
	return v.rt.ToValue(t.Format("2006-01-02T15:04:05.000Z"))
}

// zoned names the time zone of a run as other engines do.
func (v *vm) zoned(proto *goja.Object, name string) func(goja.FunctionCall) goja.Value {
	native, _ := goja.AssertFunction(proto.Get(name))
	return func(c goja.FunctionCall) goja.Value {
		text := v.invoke(native, c.This).String()
		return v.rt.ToValue(strings.Replace(text, "(UTC)", "(Coordinated Universal Time)", 1))
	}
}

// dateArgument is what new Date gets for a single argument.
func (v *vm) dateArgument(c goja.FunctionCall) goja.Value {
	value := c.Argument(0)
	if _, ok := value.(goja.String); !ok {
		return value
	}
	text, ok := dateText(value.String())
	if !ok {
		return v.rt.ToValue(math.NaN())
	}
	return v.rt.ToValue(text)
}

// newDate passes the argument of new Date(text) through our reading of dates.
func (r *rewriter) newDate(n *ast.NewExpression) {
	id, ok := n.Callee.(*ast.Identifier)
	if !ok || id.Name != "Date" || len(n.ArgumentList) != 1 || r.declares("Date") {
		return
	}
	switch n.ArgumentList[0].(type) {
	case *ast.SpreadElement, *ast.NumberLiteral, *ast.BinaryExpression:
		return
	}
	n.ArgumentList[0] = r.call(toolDate, n.ArgumentList[0].Idx0(), n.ArgumentList[0])
}

// declares says whether the source gives a name a meaning of its own somewhere.
func (r *rewriter) declares(name string) bool {
	if r.declared == nil {
		l := &linter{src: r.src, declared: map[string]bool{}}
		walk(r.src.tree.Body, func(n ast.Node) bool {
			l.declare(n)
			switch n := n.(type) {
			case *ast.ParameterList:
				for _, b := range n.List {
					l.declare(b)
				}
			}
			return true
		})
		r.declared = l.declared
	}
	return r.declared[name]
}

package runtime

import (
	"encoding/json"
	"math"

	"github.com/dop251/goja"

	"ratchet"
)

// reportProgress is reportProgress(fraction) or reportProgress({progress, …}).
func (v *vm) reportProgress(c goja.FunctionCall) goja.Value {
	v.effect("it reports progress")
	var p ratchet.Progress
	fraction := c.Argument(0)
	if o, ok := fraction.(*goja.Object); ok {
		fraction = o.Get("progress")
		p.Step = cut(stringProperty(o, "step", ""), 1024)
		p.Message = cut(stringProperty(o, "message", ""), 1024)
		p.StepNumber = v.stepProperty(o, "stepNumber")
		p.TotalSteps = v.stepProperty(o, "totalSteps")
		p.Data = v.progressData(o.Get("data"))
		if (fraction == nil || goja.IsUndefined(fraction)) && p.TotalSteps > 0 {
			fraction = v.rt.ToValue(float64(p.StepNumber) / float64(p.TotalSteps))
		}
	} else if m := c.Argument(1); goja.IsString(m) {
		p.Message = cut(m.String(), 1024)
	}
	if fraction == nil || !goja.IsNumber(fraction) {
		panic(v.throw("ValidationError", "progress must be a number from 0 to 1, or an object with such a member progress"))
	}
	p.Fraction = fraction.ToFloat()
	if math.IsNaN(p.Fraction) || p.Fraction < 0 || p.Fraction > 1 {
		panic(v.throw("ValidationError", "progress must be from 0 to 1, got "+fraction.String()))
	}
	v.note(TapeProgress, int64(v.reports+1), int64(p.Fraction*1e6))
	p.At = v.progressTime()
	v.reports++
	if v.hooks.Progress != nil {
		v.hooks.Progress(p)
	}
	return goja.Undefined()
}

func (v *vm) stepProperty(o *goja.Object, name string) int {
	value := o.Get(name)
	if value == nil || goja.IsUndefined(value) || goja.IsNull(value) {
		return 0
	}
	if n := value.ToInteger(); goja.IsNumber(value) && n >= 0 && n <= math.MaxInt32 {
		return int(n)
	}
	panic(v.throw("ValidationError", name+" must be a whole number from 0"))
}

func (v *vm) progressData(data goja.Value) json.RawMessage {
	if data == nil || goja.IsUndefined(data) {
		return nil
	}
	text := v.invoke(v.stringify, goja.Undefined(), data)
	if goja.IsUndefined(text) {
		return nil
	}
	if s := text.String(); len(s) <= v.limits.LogLineBytes && jsonDepth(s) <= maxJSONDepth {
		return json.RawMessage(s)
	}
	panic(v.throw("ValidationError", "the data of a progress report is too large or nested too deep; report a summary"))
}

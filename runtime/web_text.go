package runtime

import (
	"encoding/base64"

	"github.com/dop251/goja"
)

func (v *vm) atob(c goja.FunctionCall) goja.Value {
	b, ok := forgivingBase64(c.Argument(0).String())
	if !ok {
		return goja.Null()
	}
	return latin1Value(b)
}

func (v *vm) btoa(c goja.FunctionCall) goja.Value {
	b, ok := latin1(c.Argument(0).String())
	if !ok {
		return goja.Null()
	}
	return v.rt.ToValue(base64.StdEncoding.EncodeToString(b))
}

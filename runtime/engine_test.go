package runtime

import (
	"fmt"
	"testing"

	"github.com/dop251/goja"
)

// TestEngineFaults runs on the bare engine what docs/engine.md says it gets
// wrong. A case that fails here has become right: its workaround can go.
func TestEngineFaults(t *testing.T) {
	for name, c := range map[string]struct{ code, want string }{
		"arguments in an arrow function": {`(function () { return [0, 1].map((i) => arguments[i]).join(); })(1, 2)`, "1,2"},
		"constant branch":                {`var r = []; for (let i = 0; i < 2; i++) { if (false) break; r.push(() => i); } r.map((f) => f()).join()`, "0,1"},
		"constant branch in a function":  {`(() => { const r = []; for (let i = 0; i < 2; i++) { if (0) { let q = i; r.push(() => q); continue; } r.push(i); } return r.join(); })()`, "0,1"},
		"default in a pattern":           {`(({ a: [b = 1] = [] }) => b)({})`, "1"},
		"async generator":                {`async function* f() {} typeof f`, "function"},
		"for await":                      {`async function f() { for await (const x of []); } typeof f`, "function"},
		"module":                         {`export default 1`, "undefined"},
		"octal escape":                   {`'\400'.length`, "2"},
		"property class":                 {`/\p{L}/u.test('a')`, "true"},
		"flag d":                         {`/a/d.hasIndices`, "true"},
		"flag v":                         {`/[a--b]/v.test('a')`, "true"},
		"surrogates in a class":          {`String('😀'.match(/[😀]/g).length)`, "2"},
		"early error":                    {`try { new RegExp(']', 'u'); 0 } catch { 1 }`, "1"},
		"large number in JSON":           {`String(JSON.parse('1e400'))`, "Infinity"},
		"lone surrogate in JSON":         {`JSON.parse('"\\ud800"').charCodeAt(0)`, "55296"},
		"parseInt":                       {`parseInt('123456789012345678901234567890')`, "1.2345678901234568e+29"},
		"radix":                          {`(123456789012345680000).toString(36)`, "q1ysz911igw00"},
		"date text":                      {`Date.parse('2024-01-02t03:04:05z')`, "1704164645000"},
		"extended year":                  {`new Date(253402300800000).toISOString()`, "+010000-01-01T00:00:00.000Z"},
		"Annex B":                        {`typeof {}.__defineGetter__`, "function"},
		"WeakRef":                        {`typeof WeakRef`, "function"},
		"constructor of async functions": {`Object.getPrototypeOf((async () => {}).constructor) === Function`, "true"},
		"Intl":                           {`typeof Intl`, "object"},
		"power":                          {`10 ** 308 === 1e308`, "true"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := bareEngine(c.code); got == c.want {
				t.Errorf("%s is right in this version of the engine: remove the workaround and its line in docs/engine.md", c.code)
			}
		})
	}
}

func bareEngine(code string) (result string) {
	defer func() {
		if r := recover(); r != nil {
			result = fmt.Sprint("panic: ", r)
		}
	}()
	value, err := goja.New().RunString(code)
	if err != nil {
		return err.Error()
	}
	return value.String()
}

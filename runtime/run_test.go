package runtime

import (
	"context"
	"testing"

	"ratchet"
)

func js(code string) Source { return Source{Name: "main.js", Code: code, Language: ratchet.JavaScript} }

func TestSmoke(t *testing.T) {
	for _, c := range []struct{ name, code, want string }{
		{"main", `function main(i){ return {sum: i.a+i.b} }`, `{"sum":3}`},
		{"async", `async function main(i){ await new Promise(r=>setTimeout(r,5)); return i.a }`, `1`},
		{"esm", `export default async (i, ctx) => [i.b, ctx.attempt]`, `[2,1]`},
		{"cjs", `module.exports = (i) => i.b`, `2`},
		{"bare", `function (i) { return i.b }`, `2`},
		{"throw", "function main(i){\n  const x = null;\n  return x.foo;\n}", `1`},
		{"deadlock", "async function main(i){ await new Promise(()=>{}) }", `1`},
	} {
		out := Run(context.Background(), Job{Source: js(c.code), Input: []byte(`{"a":1,"b":2}`)}, Hooks{})
		t.Logf("%s: %s %+v", c.name, out.Output, out.Err)
	}
	out := Run(context.Background(), Job{Source: Source{Name: "main.ts", Language: ratchet.TypeScript, Code: "interface In { a: number }\nexport default function main(i: In) {\n  const y: any = undefined;\n  return y.foo.bar;\n}"}}, Hooks{})
	t.Logf("%s %+v", out.Output, out.Err)
}

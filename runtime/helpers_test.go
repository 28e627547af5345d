package runtime

import (
	"context"
	"strings"
	"testing"

	"ratchet"
)

// The helpers around a module must not make a run install what only code that
// reaches everything needs.
func TestHelpersWantNothing(t *testing.T) {
	bundled := Source{
		Name: "main.js", Code: "import { one } from './lib.js';\nexport default (i) => one(i);", Language: ratchet.JavaScript,
		Files: map[string]string{"lib.js": "export const one = (i) => i.a;"},
	}
	for name, source := range map[string]Source{
		"module":     {Name: "main.js", Code: "export default (i) => i.a;", Language: ratchet.JavaScript},
		"typescript": {Name: "main.ts", Code: "export default (i: { a: number }): number => i.a;", Language: ratchet.TypeScript},
		"bundle":     bundled,
	} {
		plainProgram, err := compile(Source{Name: "main.js", Code: "function main(i) { return i.a }"}, plain)
		if err != nil {
			t.Fatal(err)
		}
		prog, err := compile(source, plain)
		if err != nil {
			t.Fatal(err)
		}
		if prog.modules != plainProgram.modules {
			t.Errorf("%s: modules %b, want %b", name, prog.modules, plainProgram.modules)
		}
		if prog.getters {
			t.Errorf("%s: the helpers are taken for a getter of the author's", name)
		}
		out := Run(context.Background(), Job{Source: source, Input: []byte(`{"a":7}`)}, Hooks{})
		if out.Err != nil || string(out.Output) != "7" {
			t.Errorf("%s: %s, %v", name, out.Output, out.Err)
		}
	}
}

// Code that computes its keys still gets every patch, helpers or not.
func TestHelpersHideNothingOfTheAuthor(t *testing.T) {
	prog, err := compile(Source{Name: "main.js", Code: "export default (i) => i[i.key]('en');"}, plain)
	if err != nil {
		t.Fatal(err)
	}
	direct, err := compile(Source{Name: "main.js", Code: "function main(i) { return i[i.key]('en') }"}, plain)
	if err != nil {
		t.Fatal(err)
	}
	for i := range theModules().list {
		if direct.modules.has(i) && !prog.modules.has(i) {
			t.Errorf("module %s is missing", theModules().list[i].name)
		}
	}
	if direct.modules == (moduleSet{}) {
		t.Error("code with computed keys needs no modules")
	}
}

// A new esbuild that writes other helpers makes every run slower: see it here.
func TestHelpersAreEsbuilds(t *testing.T) {
	src := &parsed{name: "main.js"}
	code, _, err := src.bundle(Source{Name: "main.js", Code: "export default 1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, helper := range []string{helperCopy, helperExport, helperDescriptor, helperNames, helperDefine, helperCommonJSLean} {
		if !strings.Contains(code, helper) {
			t.Errorf("missing:\n%s\nin\n%s", helper, code)
		}
	}
}

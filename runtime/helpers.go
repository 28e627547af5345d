package runtime

import (
	"regexp"
	"strings"

	"github.com/dop251/goja/file"
)

// What esbuild writes above a module it turned into CommonJS. The texts are
// those of the pinned version; with another one they would no longer be found,
// which costs time and changes nothing else. A test holds them together.
const (
	helperCopy = `var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
`
	helperExport = `var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
`
	helperDescriptor = "var __getOwnPropDesc = Object.getOwnPropertyDescriptor;\n"
	helperNames      = "var __getOwnPropNames = Object.getOwnPropertyNames;\n"
	helperDefine     = "var __defProp = Object.defineProperty;\n"

	// The exports are copied for the sake of module.exports.__esModule, which
	// nothing here asks for: the entry reads the exports as they are.
	helperCommonJS     = `var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);` + "\n"
	helperCommonJSLean = "var __toCommonJS = (mod) => mod;\n"
)

// leanHelpers makes the helpers that every run would execute cheaper. Lines
// stay where they are, for the source map.
func leanHelpers(code string) string {
	return strings.Replace(code, helperCommonJS, helperCommonJSLean, 1)
}

// withoutHelpers is the code the author wrote, to be searched for what it may
// reach: the helpers reach all of an object's properties and touch only ours.
func withoutHelpers(code string) string {
	for _, helper := range []string{helperCopy, helperExport, helperDescriptor, helperNames, helperDefine} {
		code = strings.Replace(code, helper, "", 1)
	}
	return code
}

// exporting begins the statements by which esbuild exports. It maps them to the
// start of the file, where an interface or a comment may be.
var exporting = regexp.MustCompile(`^(?:var \w+_exports\d* = \{\};|__export\(|module\.exports = __toCommonJS\()`)

// exports says that esbuild wrote the statement at an index, not the author.
func (d *debugInstrumenter) exports(at file.Idx) bool {
	if p := d.place(at); p.Line != 1 || p.Column != 1 {
		return false
	}
	from := int(at) - d.src.tree.File.Base()
	return from >= 0 && from < len(d.src.text) && exporting.MatchString(d.src.text[from:])
}

package runtime

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"ratchet"
)

// bundleName names esbuild's output. No frame of it is the author's: theirs
// carry the names in the source map.
const bundleName = "ratchet:bundle"

// supported says what goja can do of what ES2022 asks, and so what esbuild
// must write differently.
func (src *parsed) supported(topLevelAwait bool) map[string]bool {
	return map[string]bool{
		"class-field": !src.plainFields, "class-static-field": !src.plainFields,
		"class-private-field": !src.plainFields, "class-private-static-field": !src.plainFields, "class-static-blocks": !src.plainFields,
		"async-generator": false, "for-await": false, "decorators": false, "using": false,
		"top-level-await": topLevelAwait, "dynamic-import": true,
	}
}

// build sends the source through esbuild and parses what comes out.
func (src *parsed) build(s Source) error {
	src.strict = s.Language == ratchet.TypeScript || moduleSyntax.MatchString(s.Code)
	out, sourceMap, err := src.bundle(s)
	if topLevelAwait(err) {
		out, sourceMap, err = src.bundleAwait(s)
	}
	if err != nil && bareFunction.MatchString(s.Code) {
		s.Code, src.shift = "("+s.Code+"\n)", 1
		if out2, map2, err2 := src.bundle(s); err2 == nil {
			out, sourceMap, err = out2, map2, nil
		} else {
			src.shift = 0
		}
	}
	if err != nil {
		return err
	}
	if err := src.read(out, sourceMap); err != nil {
		if src.plainFields {
			return err
		}
		src.plainFields, src.keepNames = true, true // fields may have names that the engine's parser refuses
		if again := src.build(s); again == nil {
			return nil
		}
		return err
	}
	if !src.plainFields && superInField(src.tree) {
		src.plainFields, src.keepNames = true, true // classes are renamed then
		return src.build(s)
	}
	if src.keepNames || !src.renamed() {
		return nil
	}
	src.keepNames = true
	return src.build(s)
}

// moduleSyntax finds what makes a source a module, which is strict code.
var moduleSyntax = regexp.MustCompile(`(?m)(?:^|[;}])[ \t]*(?:export\s*(?:[{*]|(?:default|const|let|var|function|class|async)\b)|import\s*(?:["'{*]|[\w$]+\s*(?:,|from\b)))`)

// read parses esbuild's output.
func (src *parsed) read(out string, sourceMap []byte) error {
	consumer, err := readMap(sourceMap)
	if err != nil {
		return fmt.Errorf("read the source map: %w", err)
	}
	src.text, src.built, src.consumer = out, true, consumer
	src.tree, err = parseTree(bundleName, out)
	if err != nil {
		return src.parseFailure(err, consumer)
	}
	src.tree.File.SetSourceMap(consumer)
	return nil
}

// parseFailure explains what goja does not understand in esbuild's output, at
// the author's position.
func (src *parsed) parseFailure(err error, m mapper) error {
	e := parserError(err, src.name)
	e.code = "UNSUPPORTED_SYNTAX"
	generated := ""
	if lines := strings.Split(src.text, "\n"); e.line >= 1 && e.line <= len(lines) {
		generated = lines[e.line-1]
	}
	if strings.Contains(generated, "import(") {
		e.message = "dynamic import() of a path that is not written out is not available"
		e.hint = "Write the path as text, as in import(\"./lib/tax.js\"): a task may import only its own files."
	}
	if source, _, line, column, ok := m.Source(e.line, e.column); ok {
		e.file, e.line, e.column = source, line, column
	} else {
		e.line, e.column = 0, 0
	}
	return e
}

func loaderOf(name string, language ratchet.Language) api.Loader {
	switch path.Ext(name) {
	case ".ts", ".mts", ".cts":
		return api.LoaderTS
	case ".json":
		return api.LoaderJSON
	case ".txt":
		return api.LoaderText
	case ".js", ".mjs", ".cjs":
		if language == ratchet.TypeScript {
			return api.LoaderTS
		}
		return api.LoaderJS
	}
	if language == ratchet.TypeScript {
		return api.LoaderTS
	}
	return api.LoaderJS
}

// bundle returns the CommonJS form of the source and its source map. Sources
// that import go through the bundler, the others through the faster transform.
func (src *parsed) bundle(s Source) (code string, sourceMap []byte, err error) {
	if importing.MatchString(s.Code) && mayImport(s.Code) {
		return src.bundleFiles(s)
	}
	r := api.Transform(s.Code, api.TransformOptions{
		Loader: loaderOf(src.name, s.Language), Format: api.FormatCommonJS, Target: api.ES2022,
		Sourcemap: api.SourceMapExternal, SourcesContent: api.SourcesContentExclude,
		Sourcefile: src.name, Supported: src.supported(false), LogLevel: api.LogLevelSilent, KeepNames: src.keepNames,
	})
	if e := src.buildError(r.Errors, r.Warnings); e != nil {
		return "", nil, e
	}
	return leanHelpers(string(r.Code)), r.Map, nil
}

func mayImport(code string) bool {
	return strings.Contains(code, "import") || strings.Contains(code, "require") || strings.Contains(code, "from")
}

// bundleFiles joins the source with the files it imports by relative path.
func (src *parsed) bundleFiles(s Source) (code string, sourceMap []byte, err error) {
	return src.bundleAs(s, api.BuildOptions{Format: api.FormatCommonJS, Supported: src.supported(false)})
}

func (src *parsed) bundleAs(s Source, o api.BuildOptions) (code string, sourceMap []byte, err error) {
	o.EntryPoints, o.Bundle, o.Write, o.Outfile = []string{src.name}, true, false, "out.js"
	o.Target, o.Platform = api.ES2022, api.PlatformNeutral
	o.Sourcemap, o.SourcesContent = api.SourceMapExternal, api.SourcesContentExclude
	o.TreeShaking, o.LogLevel, o.KeepNames = api.TreeShakingFalse, api.LogLevelSilent, src.keepNames
	o.Plugins = []api.Plugin{{Name: "files", Setup: func(b api.PluginBuild) { src.serve(b, s) }}}
	r := api.Build(o)
	if e := src.buildError(r.Errors, r.Warnings); e != nil {
		return "", nil, e
	}
	for _, f := range r.OutputFiles {
		if strings.HasSuffix(f.Path, ".map") {
			sourceMap = f.Contents
		} else {
			code = leanHelpers(string(f.Contents))
		}
	}
	return code, sourceMap, nil
}

// filesNamespace marks paths that live in Source.Files, never on disk.
const filesNamespace = "task"

// nodeNamespace marks modules of Node.js.
const nodeNamespace = "node"

// serve answers the bundler from the job's files; the disk is never read.
func (src *parsed) serve(b api.PluginBuild, s Source) {
	b.OnResolve(api.OnResolveOptions{Filter: ".*"}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
		if a.Kind == api.ResolveEntryPoint {
			return api.OnResolveResult{Path: src.name, Namespace: filesNamespace}, nil
		}
		if !strings.HasPrefix(a.Path, "./") && !strings.HasPrefix(a.Path, "../") {
			if a.Kind == api.ResolveJSRequireCall && src.triesToRequire(s, a.Importer, a.Path) {
				return api.OnResolveResult{Path: a.Path, External: true}, nil
			}
			return src.resolveName(a.Path)
		}
		want := path.Join(path.Dir(a.Importer), a.Path)
		for _, p := range []string{want, want + ".ts", want + ".js", want + ".json", want + "/index.ts", want + "/index.js", strings.TrimSuffix(want, ".js") + ".ts"} {
			if _, ok := src.files[p]; ok {
				return api.OnResolveResult{Path: p, Namespace: filesNamespace}, nil
			}
		}
		return refuseImport(fmt.Sprintf("cannot import %q: the task has no file %s", a.Path, want), src.importHint())
	})
	b.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: filesNamespace}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
		text, language := src.files[a.Path], ratchet.JavaScript
		if a.Path == src.name {
			text, language = s.Code, s.Language
		}
		return api.OnLoadResult{Contents: &text, Loader: loaderOf(a.Path, language)}, nil
	})
	b.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: nodeNamespace}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
		text, _ := nodeModule(a.Path)
		return api.OnLoadResult{Contents: &text, Loader: api.LoaderJS}, nil
	})
}

// triesToRequire says whether a file requires a module that there is not only
// to see whether there is one: it throws then, as where Node.js has none.
func (src *parsed) triesToRequire(s Source, importer, name string) bool {
	if _, ok := nodeModule(name); ok {
		return false
	}
	text := src.files[importer]
	if importer == src.name {
		text = s.Code
	}
	return regexp.MustCompile(`\btry\s*\{[^{}]*\brequire\(\s*["']`+regexp.QuoteMeta(name)+`["']\s*\)`).MatchString(text) ||
		regexp.MustCompile(`\btry\s*\{[^{}]*\b\w+\(\s*["']`+regexp.QuoteMeta(name)+`["']\s*\)[^{}]*\}\s*catch`).MatchString(text)
}

// resolveName resolves an import that is no relative path.
func (src *parsed) resolveName(name string) (api.OnResolveResult, error) {
	if _, ok := nodeModule(name); ok {
		return api.OnResolveResult{Path: name, Namespace: nodeNamespace}, nil
	}
	if reason, ok := machineModules()[strings.TrimPrefix(name, "node:")]; ok {
		return refuseImport(fmt.Sprintf("cannot import %q: %s", name, reason), "")
	}
	if strings.HasPrefix(name, "node:") {
		return refuseImport(fmt.Sprintf("cannot import %q: of Node's modules there are %s", name, strings.Join(nodeNames(), ", ")), "")
	}
	return refuseImport(fmt.Sprintf("cannot import %q: a task may import its own files by relative path, e.g. ./lib/tax.js, and modules of Node as node:crypto", name),
		"A task has no packages: put the functions that you need into its code, or into a file below lib.")
}

// unresolved is the detail of esbuild's errors about imports.
type unresolved struct{ hint string }

func refuseImport(text, hint string) (api.OnResolveResult, error) {
	return api.OnResolveResult{Errors: []api.Message{{Text: text, Detail: unresolved{hint}}}}, nil
}

// importHint says where the files are that a task can import.
func (src *parsed) importHint() string {
	var own []string
	for name := range src.files {
		if name != src.name && name != "config.json" {
			own = append(own, name)
		}
	}
	if len(own) == 0 {
		return "The task has no file but its code: add one below lib with files of " + ratchet.ToolCreateTask + " or " + ratchet.ToolEditTask + ", or in its folder."
	}
	slices.Sort(own)
	return "Its files are " + strings.Join(own[:min(10, len(own))], ", ") + "; paths are relative to the file that imports."
}

// buildError turns esbuild's first error into ours. One warning counts as an
// error, because the program would run wrong.
func (src *parsed) buildError(errs, warnings []api.Message) error {
	for _, w := range warnings {
		if w.ID == "empty-import-meta" {
			errs = append(errs, w)
		}
	}
	if len(errs) == 0 {
		return nil
	}
	m := errs[0]
	e := &compileError{code: "SYNTAX_ERROR", message: m.Text, file: src.name}
	if l := m.Location; l != nil {
		e.file = strings.TrimPrefix(l.File, filesNamespace+":")
		e.line, e.column = l.Line, l.Column+1
		if e.line == 1 && e.file == src.name {
			e.column -= src.shift
		}
	}
	if d, ok := m.Detail.(unresolved); ok {
		e.code, e.hint = "UNRESOLVED_IMPORT", d.hint
		return e
	}
	switch {
	case strings.Contains(m.Text, "op-level await"):
		e.code, e.message = "UNSUPPORTED_SYNTAX", topLevelAwaitMessage
		e.hint = "Make main async and await inside it: async function main(input, context) { … }"
	case m.ID == "empty-import-meta":
		e.code, e.message = "UNSUPPORTED_SYNTAX", "import.meta is not available"
		e.hint = "Facts about the run are in context, the second argument of main."
	case strings.Contains(m.Text, `"return"`), strings.Contains(m.Text, "return"):
		e.hint = entryHint
	}
	return e
}

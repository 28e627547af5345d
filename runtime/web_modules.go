package runtime

import (
	"fmt"
	"slices"
)

// webModules lists the web APIs and what the engine lacks of the language.
func webModules() []module {
	return slices.Concat([]module{
		script("events", eventHost, "DOMException", "Event", "CustomEvent", "EventTarget", "AbortSignal", "AbortController"),
		script("url", urlFuncs, "URL", "URLSearchParams"),
		script("encoding", encodingHost, "TextEncoder", "TextDecoder", "atob", "btoa"),
		script("crypto", cryptoHost, "crypto", "Crypto", "CryptoKey", "SubtleCrypto"),
		script("clone", cloneHost, "structuredClone"),
		scriptParts("fetch", fetchHost, []string{"headers", "body", "request", "response", "call"}, []string{"fetch", "Headers", "Request", "Response", "ensureOk"}),
		streams(),
		script("messages", messageHost, "MessageEvent", "MessageChannel", "MessagePort"),
		timerModule(),
		descriptors(), functionClasses(), dates(), jsonModule(),
		replacing("resizable", resizableHost, "maxByteLength", "resizable"),
		script("weak", nil, "WeakRef", "FinalizationRegistry"),
		script("microtask", nil, "queueMicrotask"),
		script("buffer", bufferHost, "Buffer"),
		script("blob", blobHost, "Blob", "File", "FormData", "blob:encode"),
		script("process", processHost, "process"),
		globalModule(),
		performanceModule(),
		symbolModule("asyncIterator"), symbolModule("dispose"), symbolModule("asyncDispose"),
	}, nodeModules(), numbers(), arrayEnds(), annexB(), polyfills(), iterators(), locales(), regexps())
}

// streams are what the Streams and Compression standards define.
func streams() module {
	return scriptParts("streams", streamHost, []string{"readable", "writable", "transform"}, []string{
		"ReadableStream", "ReadableStreamDefaultReader", "ReadableStreamDefaultController",
		"WritableStream", "WritableStreamDefaultWriter", "WritableStreamDefaultController",
		"TransformStream", "TransformStreamDefaultController", "CountQueuingStrategy", "ByteLengthQueuingStrategy",
		"TextEncoderStream", "TextDecoderStream", "CompressionStream", "DecompressionStream", "streams:collect", "streams:pieces", "streams:disturbed",
	})
}

// replacing is a script that changes built-ins by itself, for a task that names
// what they need.
func replacing(name string, host func(*vm) hostFuncs, words ...string) module {
	program := webProgram(name)
	return module{name: name, words: words, install: func(v *vm) error {
		_, err := v.runScript(program(), host)
		return err
	}}
}

// anywhere is the reach of the kinds of values that need no name to be had.
var anywhere = []string{""}

// polyfills are the methods of ES2023 to ES2025 that the engine lacks.
func polyfills() []module {
	s := newPatchScript("polyfill", nil)
	typed := s.on("TypedArray", nil, "from")
	typed[0].words = []string{"8Array", "16Array", "32Array", "64Array", "ClampedArray"} // from is too common
	return slices.Concat(typed,
		s.on("Object", []string{"Object"}, "groupBy"), s.on("Map", []string{"Map"}, "groupBy"), s.on("Promise", []string{"Promise"}, "withResolvers", "try", "any"),
		s.on("Array", []string{"Array"}, "fromAsync"), s.on("String.prototype", anywhere, "isWellFormed", "toWellFormed"),
		s.on("Error", []string{"Error"}, "captureStackTrace"), s.on("RegExp", []string{"RegExp"}, "escape"),
	)
}

// annexB are the methods of Annex B that the engine lacks.
func annexB() []module {
	s := newPatchScript("annexb", nil)
	return slices.Concat(
		s.on("Object.prototype", anywhere, "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__"),
		s.on("Date.prototype", []string{"Date"}, "getYear", "setYear", "toGMTString"),
		s.on("String.prototype", anywhere, "anchor", "big", "blink", "bold", "fixed", "fontcolor", "fontsize", "italics", "link", "small", "strike", "sub", "sup"),
	)
}

// iterators are Iterator and its methods, which common words such as map name:
// what counts is whether the text can get hold of an iterator.
func iterators() []module {
	s := newPatchScript("iterator", nil)
	list := s.on("Iterator.prototype", nil, "constructor", "map", "filter", "take", "drop", "flatMap", "reduce", "toArray",
		"forEach", "some", "every", "find")
	methods := module{
		name: "iterator methods", words: []string{"terator", "values", "keys", "entries", "matchAll", "*"},
		install: func(v *vm) error {
			for _, m := range list {
				if err := m.install(v); err != nil {
					return err
				}
			}
			return nil
		},
	}
	class := module{name: "Iterator", globals: []string{"Iterator"}, install: func(v *vm) error {
		table, err := v.patchTable(s)
		if err != nil {
			return err
		}
		return v.export("Iterator", table.Get("globalThis").ToObject(v.rt).Get("Iterator"))
	}}
	return []module{methods, class}
}

// locales are the methods that format and compare as en-US does.
func locales() []module {
	s := patchScriptOf("locale", partsProgram("locale", []string{"tags", "number", "date", "there", "intl"},
		"made.globalThis = { Intl: makeIntl() };\nreturn made;"), localeHost)
	const text = "toLocaleString"
	intl := module{name: "Intl", globals: []string{"Intl"}, install: func(v *vm) error {
		table, err := v.patchTable(s)
		if err != nil {
			return err
		}
		return v.export("Intl", table.Get("globalThis").ToObject(v.rt).Get("Intl"))
	}}
	bigints := []string{"BigInt"}
	for digit := range 10 {
		bigints = append(bigints, fmt.Sprintf("%dn", digit))
	}
	return slices.Concat([]module{intl},
		s.on("Number.prototype", anywhere, text), s.on("BigInt.prototype", bigints, text), s.on("Array.prototype", anywhere, text), s.on("TypedArray.prototype", []string{"Array", "ncoder", "bytes", "crypto"}, text),
		s.on("Date.prototype", []string{"Date"}, text, "toLocaleDateString", "toLocaleTimeString"),
		s.on("String.prototype", anywhere, "localeCompare", "toLocaleUpperCase", "toLocaleLowerCase"),
	)
}

// regexps replace the constructor of regular expressions. They come after the
// patches of RegExp itself.
func regexps() []module {
	s := newPatchScript("regexp", regexpHost)
	made := s.on("RegExp.prototype", nil, "exec", "test")
	for i := range made { // for the literals of code made at run time
		made[i].words = []string{"eval", "Function", "extends RegExp", "RegExp.prototype"}
	}
	return slices.Concat(made, s.on("RegExp.prototype", []string{"RegExp"}, "constructor"), s.on("globalThis", []string{"RegExp"}, "RegExp"))
}

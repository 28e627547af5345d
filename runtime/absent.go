package runtime

// absentGlobals are names other engines have, with what to use here.
func absentGlobals() map[string]string {
	const (
		page    = "A task has no page; its input is the first argument of main."
		kept    = "A task keeps nothing between runs: return what is to be kept."
		said    = "A run has no screen: use console.log, or return the text."
		threads = "A task runs on one thread; "
		own     = "A task imports its own files by relative path, and modules of Node as node:crypto."
		secrets = "Secrets are in context.secrets: context.secrets.get('NAME'), with the name in metadata.secrets. Other settings belong into the input."
	)
	return map[string]string{
		"Atomics":           threads + "plain variables do.",
		"SharedArrayBuffer": threads + "use ArrayBuffer.",
		"Worker":            threads + "call the function itself.",
		"require":           own,
		"importScripts":     own,
		"XMLHttpRequest":    "Use fetch.",
		"WebSocket":         "Use fetch.",
		"EventSource":       "Use fetch.",
		"FileReader":        "Use a string or a Uint8Array.",
		"Temporal":          "Use Date.",
		"Deno":              secrets,
		"Bun":               secrets,
		"window":            page,
		"document":          page,
		"navigator":         page,
		"localStorage":      kept,
		"sessionStorage":    kept,
		"indexedDB":         kept,
		"alert":             said,
		"prompt":            "A run cannot ask: take it as a part of the input.",
		"confirm":           "A run cannot ask: take it as a part of the input.",
		"__dirname":         own,
		"__filename":        own,
	}
}

// unknownNames are names that a source uses as if they were there: those of
// packages, and of what main gets as arguments.
func unknownNames() map[string]string {
	const (
		arguments = "The input is the first argument and the context the second: export default async (input, context) => …"
		logs      = "Use console.log, or context.log.info(message, fields)."
		secrets   = "Use context.secrets.get('NAME'), with the name in metadata.secrets."
		waits     = "Use await new Promise((resolve) => setTimeout(resolve, ms))."
		packages  = "A task has no packages: write what you need of it in the task."
	)
	return map[string]string{
		"context": arguments, "ctx": arguments, "input": arguments, "inputs": arguments, "params": arguments, "args": arguments, "event": arguments, "data": arguments,
		"logger": logs, "log": logs, "print": logs,
		"secrets": secrets, "getSecret": secrets, "env": secrets,
		"sleep": waits, "delay": waits, "wait": waits,
		"axios": "Use fetch.", "got": "Use fetch.", "request": "Use fetch.", "http": "Use fetch.", "https": "Use fetch.",
		"_": packages, "lodash": packages, "moment": packages, "dayjs": packages, "z": packages, "cheerio": packages,
		"path": "Import it: import path from 'node:path'.", "util": "Import it: import util from 'node:util'.",
		"fs":          "A task has no file system: import its own files, and return what is to be kept.",
		"setProgress": "Use context.reportProgress(0.5, 'half').",
		"kv":          "A task keeps no state between runs: return what is to be kept.",
		"assert":      "Import it: import assert from 'node:assert'; or throw an Error yourself.",
	}
}

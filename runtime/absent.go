package runtime

// absentGlobals are names other engines have, with what to use here.
func absentGlobals() map[string]string {
	const (
		page    = "A task has no page; its input is the first argument of main."
		kept    = "A task keeps nothing between runs: return what is to be kept."
		said    = "A run has no screen: use console.log, or return the text."
		threads = "A task runs on one thread; "
		own     = "A task may import only its own files by relative path."
		secrets = "Secrets are in context.secrets: context.secrets.get('NAME'), with the name in metadata.secrets. Other settings belong into the input."
	)
	return map[string]string{
		"Atomics":           threads + "plain variables do.",
		"SharedArrayBuffer": threads + "use ArrayBuffer.",
		"Worker":            threads + "call the function itself.",
		"require":           own,
		"importScripts":     own,
		"Buffer":            "Use Uint8Array, TextEncoder, atob and btoa.",
		"XMLHttpRequest":    "Use fetch.",
		"WebSocket":         "Use fetch.",
		"EventSource":       "Use fetch.",
		"FormData":          "Send JSON.stringify(value) or new URLSearchParams(value) as the body.",
		"Blob":              "Use a string or a Uint8Array.",
		"FileReader":        "Use a string or a Uint8Array.",
		"setImmediate":      "Use setTimeout(fn, 0) or queueMicrotask.",
		"Temporal":          "Use Date.",
		"process":           secrets,
		"Deno":              secrets,
		"Bun":               secrets,
		"global":            "Use globalThis.",
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
		"_": packages, "lodash": packages, "moment": packages, "dayjs": packages, "z": packages, "fs": packages, "path": packages, "cheerio": packages,
		"setProgress": "Use context.reportProgress(0.5, 'half').",
		"kv":          "A task keeps no state between runs: return what is to be kept.",
		"assert":      "Use if (!condition) throw new Error(message), or console.assert.",
	}
}

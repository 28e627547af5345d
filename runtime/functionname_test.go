package runtime

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
)

// TestFunctionNames: no function that a task can get at is called what Go calls it.
func TestFunctionNames(t *testing.T) {
	code := `export default (input, context) => {
		const seen = new Set(), found = [];
		const look = (path, value) => {
			if (value === null || typeof value !== 'object' && typeof value !== 'function' || seen.has(value)) return;
			seen.add(value);
			if (typeof value === 'function' && /ratchet|goja/.test(value.name)) found.push(path + ': ' + value.name);
			for (const key of Reflect.ownKeys(value)) {
				const p = Object.getOwnPropertyDescriptor(value, key);
				for (const kind of ['value', 'get', 'set']) look(path + '.' + String(key), p[kind]);
			}
			look(path, Object.getPrototypeOf(value));
		};
		look('context', context);
		look('context.log', context.log);
		for (const key of Reflect.ownKeys(console)) look('console.' + String(key), console[key]);
		for (const [name, value] of Object.entries({` + strings.Join(Globals(), ", ") + `})) look(name, value);
		look('globalThis', globalThis);
		try { setTimeout() } catch (e) { if (/ratchet\/|goja/.test(e.stack)) found.push(e.stack) }
		return found;
	}`
	out := Run(context.Background(), Job{Source: Source{Code: code}}, Hooks{})
	var found []string
	if err := json.Unmarshal(out.Output, &found); err != nil || len(found) > 0 {
		t.Errorf("%+v %v\n%s", out.Err, err, strings.Join(found, "\n"))
	}
}

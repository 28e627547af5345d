package tools

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ratchet/executor/policy"

	"ratchet"
	"ratchet/schema"
)

// warn adds a warning about a part of a task that is accepted as it is.
func (c *checks) warn(kind, code, pointer, format string, args ...any) {
	c.add(CheckResult{Type: kind, Status: "warning", Code: code, Field: pointer, Message: fmt.Sprintf(format, args...)})
}

// misplaced is what to do instead of setting a key of metadata; empty = the
// key may be a note of the author's own.
func misplaced(key string) string {
	switch schema.Folded(key) {
	case "tags", "category", "label", "version", "description", "enabled", "language", "name", "code", "inputschema", "outputschema", "testcases":
		return key + " is an argument next to metadata"
	case "tests":
		return "tests are the argument test_cases, next to metadata"
	case "timeoutms", "timeoutseconds", "timeoutsecs", "maxduration", "maxexecutiontime", "timelimit":
		return "timeout is the number of seconds"
	case "memory", "memorymb", "maxmemory", "memlimit", "memorylimitmb":
		return "memory_limit is the size, such as \"128MB\""
	case "cpu", "maxcpu", "cpus":
		return "cpu_limit is a share such as \"0.5\", or CPU seconds such as \"10s\""
	case "allowhosts", "allowedhosts", "hosts", "domains", "alloweddomains", "allowlist", "whitelist", "network", "allowedurls", "urls", "allownet":
		return "the hosts are in http: {\"allow_hosts\": [\"api.example.com\"]}"
	case "denyhosts", "blockedhosts", "blocklist":
		return "the hosts are in http: {\"deny_hosts\": [\"api.example.com\"]}"
	case "throwonerror", "maxresponsebytes":
		return key + " is a key of http"
	case "retry", "retries", "maxretries", "retrypolicy":
		return "a failed run is repeated by ratchet_retry_execution"
	case "schedule", "cron", "interval", "trigger", "triggers":
		return "no task runs by itself: call ratchet_execute_task"
	case "env", "environment", "envvars", "secret", "apikeys", "credentials":
		return "secrets lists the names of secrets"
	case "permissions", "scopes":
		return "hosts are allowed by http.allow_hosts, secrets by secrets"
	case "maxconcurrency", "concurrencylimit", "parallelism":
		return "concurrency is how many runs there may be at once"
	}
	return ""
}

// maxUnknownKeys bounds the keys that are compared with those that are known.
const maxUnknownKeys = 20

// metadata warns of keys that have no effect where they stand.
func (c *checks) metadata(raw json.RawMessage) {
	var given map[string]json.RawMessage
	if json.Unmarshal(raw, &given) != nil {
		return // it is refused elsewhere
	}
	keys := policy.MetadataKeys()
	unknown := 0
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if known := keys[key]; known != nil && key != "" {
			c.metadataPart(key, given[key], known)
			continue
		}
		if knowsKey(keys[""], key) {
			continue
		}
		if unknown++; unknown > maxUnknownKeys {
			return
		}
		if instead := misplaced(key); instead != "" {
			c.warn("metadata", "UNKNOWN_METADATA", "/metadata/"+key, "metadata.%s has no effect: %s", key, instead)
		} else if near := schema.Nearest(key, keys[""]); near != "" && len(key) > 5 {
			c.warn("metadata", "UNKNOWN_METADATA", "/metadata/"+key, "metadata.%s has no effect; did you mean %s?", key, near)
		}
	}
}

// metadataPart warns of the keys of an object of which all are known.
func (c *checks) metadataPart(part string, raw json.RawMessage, known []string) {
	var given map[string]json.RawMessage
	if json.Unmarshal(raw, &given) != nil {
		return
	}
	unknown := 0
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if knowsKey(known, key) {
			continue
		}
		if unknown++; unknown > maxUnknownKeys {
			return
		}
		text := "known are " + strings.Join(known, ", ")
		if near := schema.Nearest(key, known); near != "" {
			text = "did you mean " + near + "?"
		}
		c.warn("metadata", "UNKNOWN_METADATA", "/metadata/"+part+"/"+key, "metadata.%s.%s has no effect; %s", part, key, text)
	}
}

// knowsKey compares as JSON is read into the fields of metadata: in any case.
func knowsKey(known []string, key string) bool {
	return slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, key) })
}

// schemaNotes warns of what a schema says in vain.
func (c *checks) schemaNotes(name string, raw json.RawMessage) {
	for _, n := range schema.Advice(raw) {
		at := name + n.Pointer
		c.warn(name, "UNKNOWN_KEYWORD", "/"+at, "%s %s", at, n.Message)
	}
}

// mocks warns of responses whose keys are read otherwise than they look.
func (c *checks) mocks(tests []ratchet.TestCase) {
	for i, test := range tests {
		if test.Mock == nil {
			continue
		}
		for j, m := range test.Mock.HTTP {
			if text := responseNote(m.Response); text != "" {
				c.warn("tests", "MOCK_RESPONSE", fmt.Sprintf("/test_cases/%d/mock/http/%d/response", i, j), "test %q: %s", test.Name, text)
			}
		}
	}
}

// responseNote says what a mock's response most likely did not mean.
func responseNote(raw json.RawMessage) string {
	var given map[string]json.RawMessage
	if json.Unmarshal(raw, &given) != nil {
		return ""
	}
	keys := slices.Sorted(maps.Keys(given))
	_, status := given["status"]
	_, ok := given["ok"]
	_, body := given["body"]
	if status || ok {
		known := []string{"status", "ok", "statusText", "headers", "body"}
		for _, key := range keys {
			if !slices.Contains(known, key) {
				return fmt.Sprintf("the mock's response has a status, so its key %s is ignored: put what is to be answered into body", key)
			}
		}
		return ""
	}
	for _, key := range keys {
		switch schema.Folded(key) {
		case "statuscode", "httpstatus", "code":
			if body || len(keys) == 1 {
				return fmt.Sprintf("the mock's response has the key %s and no status, so the whole is the body of a 200; did you mean status?", key)
			}
		case "headers":
			if body {
				return "the mock's response has headers and no status, so the whole is the body of a 200; add status"
			}
		}
	}
	if body && len(keys) == 1 {
		return "the mock's response has a body and no status, so the whole is the body of a 200; add status, as in {status: 200, body: …}"
	}
	return ""
}

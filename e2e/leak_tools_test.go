package e2e_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ratchet/registry"

	"ratchet/tools"
)

// toolCalls are calls of every tool that show as much as it can. Those that
// end something end what mark names.
func (l *leaky) toolCalls(mark string) map[string][]object {
	l.rest("ratchet_create_user", object{"username": mark, "password": l.plant("password of " + mark)})
	l.newKey(mark, "read")
	l.rest("ratchet_create_task", object{"name": mark, "description": "d", "code": "export default () => 1", "input_schema": object{}, "output_schema": object{}})
	brief := l.rest("ratchet_execute_task", object{"task_id": mark, "input": object{}})
	calls := map[string][]object{
		"ratchet_list_available_tasks": {{"include_schemas": true, "include_disabled": true}},
		"ratchet_list_executions":      {{"include_output": true}, {"filters": []object{{"field": "error_message", "operator": "CONTAINS", "value": "thrown"}}}},
		"ratchet_list_task_versions":   {{"task_id": "spill"}},
		"ratchet_list_users":           {{}}, "ratchet_list_api_keys": {{}},
		"ratchet_get_task": {{"task_id": "spill"}}, "ratchet_get_results": {{"task_id": "spill", "include_data": true, "include_errors": true}},
		"ratchet_get_execution_stats": {{"group_by": "task"}}, "ratchet_system_health": {{"detailed": true}},
		"ratchet_get_developer_endpoint_reference": {{}}, "ratchet_get_developer_guide_walkthrough": {{}}, "ratchet_get_developer_integration_guide": {{}},
		"ratchet_query_audit":            {{"format": "json", "limit": 1000}, {"format": "csv", "limit": 1000}, {"format": "jsonl", "limit": 1000}},
		"ratchet_security_audit":         {{"level": "comprehensive"}},
		"ratchet_create_task":            {{"name": mark + "-made", "description": "d", "code": "export default () => 1", "input_schema": object{}, "output_schema": object{}}},
		"ratchet_edit_task":              {{"task_id": mark, "description": "Another one."}},
		"ratchet_validate_task":          {{"task_id": "spill"}},
		"ratchet_generate_from_template": {{"template": "http-request", "name": mark + "-fetch", "parameters": object{"url": "https://example.org"}}},
		"ratchet_run_task_tests":         {{"task_id": "spill", "include_traces": true}, {"task_id": "spill", "live": true, "input": object{"names": l.names, "site": l.site.URL}}},
		"ratchet_create_user":            {{"username": mark + "-made", "password": l.plant("password of a made user")}},
		"ratchet_update_user":            {{"user_id": mark, "password": l.plant("password of an updated user")}},
		"ratchet_delete_user":            {{"user_id": mark}},
		"ratchet_update_api_key":         {{"key_id": mark, "rate_tier": "strict"}},
		"ratchet_revoke_api_key":         {{"key_id": mark}},
		"ratchet_set_secret":             {{"name": mark, "value": l.plant("secret that is stored"), "task_patterns": []string{"spill"}}},
		"ratchet_delete_secret":          {{"name": mark}},
		"ratchet_rotate_master_key":      {{}},
		"ratchet_get_config":             {{"format": "json"}, {"format": "yaml"}, {"format": "table"}, {"key": "secrets"}, {"key": "auth"}},
		"ratchet_set_config":             {{"key": "logging.access", "value": true, "dry_run": true}},
		"ratchet_delete_execution":       {{"execution_id": text(brief, "executionId")}},
		"ratchet_delete_task":            {{"task_id": mark, "force": true}},
		"ratchet_scale_workers":          {{"worker_count": 3, "wait": 1}},
		"ratchet_store_result":           {{"task_id": "spill", "input": object{}, "output": object{}, "idempotency_key": mark}},
		"ratchet_cancel_execution":       {{"execution_id": l.executions[0], "reason": "no"}},
		"ratchet_update_execution":       {{"execution_id": l.executions[0], "status": "completed"}},
		"ratchet_execute_task":           {{"task_id": "spill", "input": object{"names": l.names, "site": l.site.URL}, "trace": true}, {"task_id": "spill", "input": object{"names": []string{"undeclared"}}}},
		"ratchet_promote_to_test":        {{"execution_id": l.executions[0], "test_name": "as " + mark}},
		// These two answer a key: see newKey.
		"ratchet_create_api_key": nil, "ratchet_rotate_api_key": nil,
	}
	some := l.executions
	if mark != "first" {
		some = []string{some[0], some[2], some[len(some)-1]} // returned, threw, hangs
	}
	for _, id := range some {
		one := func(more object) object {
			o := object{"execution_id": id}
			for k, v := range more {
				o[k] = v
			}
			return o
		}
		add := func(tool string, list ...object) { calls[tool] = append(calls[tool], list...) }
		add("ratchet_get_execution_status", one(nil))
		add("ratchet_get_execution_logs", one(object{"format": "json", "level": "trace", "limit": 1000}), one(object{"format": "text", "level": "trace"}), one(object{"search": "logged"}))
		for _, format := range []string{"json", "llm", "markdown"} {
			add("ratchet_analyze_execution_error", one(object{"format": format, "include_context": true, "include_system_context": true, "include_similar_errors": true, "include_prompts": true, "include_suggestions": true}))
		}
		for _, format := range []string{"json", "flamegraph", "speedscope", "pprof", "chrome"} {
			add("ratchet_get_execution_trace", one(object{"format": format, "include_http_calls": true, "function_spans": true}))
		}
		if id == some[len(some)-1] {
			continue // it runs
		}
		add("ratchet_get_execution_recording", one(object{"limit": 1000}), one(object{"format": "har"}))
		add("ratchet_replay_execution", one(nil), one(object{"code": strings.Replace(spiller, "'logged '", "'Logged '", 1)}))
		add("ratchet_retry_execution", one(nil))
		add("ratchet_fork_execution", one(object{"at_step": 1, "mocked": true}), one(object{"at_step": 2}))
		for _, watch := range []string{"secret", "out", "({ a: [secret], b: basic })"} {
			add("ratchet_debug_task_execution", one(object{"breakpoints": []int{10, 16}, "watches": []string{watch}, "capture_variables": true, "max_stops": 4}))
		}
	}
	live := object{"task_id": "spill", "input": object{"names": l.names, "site": l.site.URL}, "breakpoints": []object{{"line": 10}, {"line": 12, "log_message": "now {secret}"}}, "watches": []string{"secret"}, "max_stops": 4}
	calls["ratchet_debug_task_execution"] = append(calls["ratchet_debug_task_execution"], live)
	return calls
}

// eras are the headers and the _meta of both generations of MCP.
func era(modern bool, tool string) (meta object, headers []string) {
	if !modern {
		return object{}, []string{"Mcp-Protocol-Version", "2025-06-18"}
	}
	return object{
		"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": object{},
		"io.modelcontextprotocol/clientInfo": object{"name": "test", "version": "1"},
	}, []string{"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", tool}
}

// overMCP calls a tool over MCP and keeps the answer.
func (l *leaky) overMCP(modern bool, tool string, args object) answer {
	l.t.Helper()
	meta, headers := era(modern, tool)
	body := l.encode(object{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": object{"name": tool, "arguments": args, "_meta": meta}})
	a := l.quietly("POST", "/mcp", body, headers...)
	l.saw(tool+" over MCP", a.body)
	return a
}

// examples are the calls that a tool's own documentation shows, for tools that
// toolCalls does not know. What they need is made.
func (l *leaky) examples(name string) (list []object) {
	l.t.Helper()
	i := slices.IndexFunc(tools.All(), func(t registry.Tool) bool { return t.Name == name })
	if i < 0 {
		l.t.Fatalf("%s is offered and not listed", name)
	}
	read := func(raw json.RawMessage) (args object) {
		if err := json.Unmarshal(raw, &args); err != nil {
			l.t.Fatal(err)
		}
		return args
	}
	for _, example := range tools.All()[i].Examples {
		for _, before := range example.Setup {
			l.send("POST", "/api/v1/tools/"+before.Tool, l.encode(read(before.Args))) // it may be there already
		}
		list = append(list, read(example.Args))
	}
	return list
}

// toolNames are the names of all tools there are.
func (l *leaky) toolNames() []string {
	l.t.Helper()
	var out struct{ Data []struct{ Name string } }
	a := l.send("GET", "/api/v1/tools", "")
	if err := json.Unmarshal(a.body, &out); err != nil || len(out.Data) < 40 {
		l.t.Fatalf("%v: %d tools, %.300s", err, len(out.Data), a.body)
	}
	var names []string
	for _, tool := range out.Data {
		names = append(names, tool.Name)
	}
	return names
}

// callTools calls every tool on MCP of both eras and on REST, with arguments
// it takes and with secrets among arguments it does not.
func (l *leaky) callTools() {
	l.t.Helper()
	for i, mark := range []string{"first", "second", "third"} {
		calls := l.toolCalls(mark)
		for _, name := range l.toolNames() {
			list, known := calls[name]
			if !known {
				list = l.examples(name)
			}
			for _, args := range list {
				if mark == "third" {
					l.send("POST", "/api/v1/tools/"+name, l.encode(args))
					continue
				}
				a := l.overMCP(i == 0, name, args)
				if strings.Contains(string(a.body), `"error":{"code":-3`) {
					l.t.Errorf("%s(%v): %.300s", name, args, a.body)
				}
			}
			l.refused(name)
		}
	}
}

// refused sends secrets in arguments that are refused, as a client does that
// mixes names up.
func (l *leaky) refused(tool string) {
	l.t.Helper()
	secret := l.plant("refused argument of " + tool)
	key := l.know("key in an argument of "+tool, "rk_"+rand.Text()+rand.Text())
	for i, args := range []object{
		{"password": secret, "usrname": 1},
		{"password": []string{secret}, "username": "x"},
		{"password": object{"is": secret}, "api_key": secret},
		{"username": "somebody", "password": secret, "role": "boss"},
		{"username": "somebody", "user_id": "ada", "password": secret, "rol": "user"},
		{"user_id": "ada", "password": strings.Repeat(secret, 20)},
		{"task_id": key, "input": object{}, "execution_id": key, "key_id": key, "user_id": key, "template": key, "name": key},
		{"task_id": key, "input": object{}},
		{"execution_id": key},
		{"key_id": key},
		{"user_id": key},
	} {
		l.overMCP(i%2 == 0, tool, args)
		l.send("POST", "/api/v1/tools/"+tool, l.encode(args))
		camel := strings.NewReplacer("task_id", "taskId", "execution_id", "executionId", "key_id", "keyId", "user_id", "userId").Replace(l.encode(args))
		l.send("POST", "/api/v1/bulk", fmt.Sprintf(`{"calls":[{"tool":%q,"arguments":%s}]}`, tool, camel))
	}
}

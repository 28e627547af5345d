package schema

import (
	"slices"
	"strings"
)

// Words are the words of a name in snake_case, camelCase or with dashes or
// dots, in lower case and in the singular.
func Words(name string) []string {
	list := strings.FieldsFunc(strings.ToLower(snakeCase(name)), func(r rune) bool {
		return r == '_' || r == '-' || r == '.' || r == ' '
	})
	for i, w := range list {
		if len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") {
			list[i] = strings.TrimSuffix(w, "s")
		}
	}
	return list
}

// Folded is a name in lower case without underscores and dashes.
func Folded(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
}

// Alike says how many words two lists share, from 0 for none to 1 for all.
func Alike(a, b []string) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	shared := 0
	for _, w := range a {
		if slices.Contains(b, w) {
			shared++
		}
	}
	return 2 * float64(shared) / float64(len(a)+len(b))
}

// sharing is the candidate that has most words in common with name: one that
// has all of them, or at least a third of both together. Empty = there is none.
func sharing(name string, candidates []string, whole bool) string {
	words := Words(name)
	best, most := "", 0.0
	for _, c := range candidates {
		have := Words(c)
		all := !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(have, w) })
		if len(words) == 0 || whole && !all {
			continue
		}
		if likeness := Alike(words, have); likeness > most {
			best, most = c, likeness
		}
	}
	if !whole && most < 1.0/3 {
		return ""
	}
	return best
}

// meant is the candidate that name is another word for; empty = there is none.
func meant(name string, candidates []string) string {
	for _, group := range otherWords() {
		if !slices.Contains(group.words, strings.ToLower(snakeCase(name))) {
			continue
		}
		for _, c := range group.mean {
			if slices.Contains(candidates, c) {
				return c
			}
		}
	}
	return ""
}

// otherWords are names that other products have for what ours call otherwise.
func otherWords() []struct{ words, mean []string } {
	return []struct{ words, mean []string }{
		{[]string{"page_size", "per_page", "pagesize", "size", "count", "max", "max_results", "max_items", "top", "n", "first", "take", "num"}, []string{"limit"}},
		{[]string{"skip", "start_index"}, []string{"offset"}},
		{[]string{"page_token", "next_token", "continuation_token", "after_cursor", "next_cursor"}, []string{"cursor"}},
		{[]string{"order_by", "orderby", "sort_field", "sort_key"}, []string{"sort_by"}},
		{[]string{"order", "direction", "sort_dir", "sort_direction"}, []string{"sort_order"}},
		{[]string{"query", "search", "q", "keyword", "text", "name_contains", "contains"}, []string{"filter", "search", "filters"}},
		{[]string{"where", "conditions", "criteria"}, []string{"filters"}},
		{[]string{"select", "columns", "include"}, []string{"fields"}},
		{[]string{"args", "arguments", "params", "parameters", "payload", "data", "body", "inputs", "input_data", "vars"}, []string{"input", "parameters"}},
		{[]string{"source", "source_code", "script", "function", "js", "javascript", "typescript", "content", "program"}, []string{"code"}},
		{[]string{"timeout_seconds", "timeout_ms", "timeout_secs", "max_time", "deadline", "time_limit", "max_wait", "wait_seconds", "wait_ms", "block"}, []string{"timeout", "wait"}},
		{[]string{"from", "after", "start", "start_date", "start_time", "from_date", "begin", "created_after", "since_date"}, []string{"since", "started_after"}},
		{[]string{"to", "before", "end", "end_date", "end_time", "to_date", "created_before", "until_date"}, []string{"until", "started_before"}},
		{[]string{"id", "run", "run_id", "execution", "exec_id", "task", "name", "task_name", "user", "username", "key", "uuid"}, []string{"execution_id", "task_id", "user_id", "key_id", "session_id"}},
		{[]string{"tests", "test", "cases", "testcases", "specs"}, []string{"test_cases", "test_names"}},
		{[]string{"test_name", "test_ids"}, []string{"test_names"}},
		{[]string{"schema", "inputs_schema", "parameters_schema", "args_schema", "arguments_schema"}, []string{"input_schema"}},
		{[]string{"result_schema", "returns", "return_schema", "response_schema"}, []string{"output_schema"}},
		{[]string{"desc", "summary", "doc", "about"}, []string{"description"}},
		{[]string{"labels", "tag", "keywords"}, []string{"tags"}},
		{[]string{"scopes", "roles", "rights", "scope"}, []string{"permissions", "role"}},
		{[]string{"state", "states", "statuses"}, []string{"status"}},
		{[]string{"lang"}, []string{"language"}},
		{[]string{"lines", "tail"}, []string{"limit"}},
		{[]string{"severity", "log_level", "min_level"}, []string{"level"}},
		{[]string{"key", "name", "setting", "path", "option"}, []string{"key", "name"}},
		{[]string{"expr", "expression", "eval", "code"}, []string{"expression"}},
		{[]string{"breakpoint", "breaks", "lines"}, []string{"breakpoints"}},
		{[]string{"expires", "expiry", "ttl", "expires_in", "valid_until"}, []string{"expires_at"}},
		{[]string{"async", "background", "no_wait", "sync"}, []string{"wait"}},
	}
}

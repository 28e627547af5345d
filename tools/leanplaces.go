package tools

import "slices"

// leanRef is what every result of one execution leaves out of it.
func leanRef() []string {
	return []string{"task_id", "task_version", "queued_at", "started_at", "completed_at"}
}

// leanRun is what the result of a run leaves out.
func leanRun() []string {
	return slices.Concat(leanRef(), []string{"task_name", "trace_enabled=true", "streaming=false", "isolation_level"}, leanError("error"),
		leanLog("logs_tail"), below("logs_tail", "timestamp", "line_number"), []string{"logs_tail[logger=runtime]"}) // the error itself
}

// leanState is what the state of an execution leaves out.
func leanState() []string {
	return slices.Concat(leanRef(), leanError("error_details"), []string{
		`origin="direct"`, "attempt=1", "can_retry", "can_cancel", "recording_available", "progress{status=completed}", "progress{status=failed}",
	})
}

// leanError is what an error of a run at path leaves out.
func leanError(path string) []string {
	return below(path, `code="EXECUTION_FAILED"`, `file="main.js"`, "retryable=false")
}

// leanLog is what log lines at path leave out.
func leanLog(path string) []string {
	return below(path, `logger="console"`, "trace_id", "source")
}

// leanList is what lists leave out beside their rows, and these fields of the rows.
func leanList(rows string, fields ...string) []string {
	return slices.Concat(below("pagination", "page=0", "limit", "total_pages", "has_next=false", "has_previous", "next_page", "previous_page"),
		[]string{"sorting", "filters"}, below(rows, fields...))
}

// leanTask is what a stored task at path leaves out.
func leanTask(path string) []string {
	return below(path, "id", "uuid", "label=@name", "enabled=true", `source_type="database"`, "in_sync=true", "created_at", "updated_at")
}

// leanTests is what a report of tests at path leaves out.
func leanTests(path string) []string {
	return below(path, "task_id", "task_name", `status="completed"`, "failed=0", "skipped=0", "success_rate", "executed_at",
		"tests.execution_id{status=passed}", "tests.duration_ms{status=passed}", "tests.input{status=passed}", "tests.actual_output{status=passed}",
		"tests.expected_output{status=passed}", "tests.description",
		"tests.error.retryable=false", `tests.error.code="script"`, `tests.error.source="main.js"`)
}

// below puts places below path; empty = at the top.
func below(path string, places ...string) []string {
	if path == "" {
		return places
	}
	list := make([]string, len(places))
	for i, place := range places {
		list[i] = path + "." + place
	}
	return list
}

package server

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// TestAuditExports: the three forms hold the same entries, and no cell of the
// CSV is a formula to a spreadsheet.
func TestAuditExports(t *testing.T) {
	l := lockedUp(t)
	admin := l.bearer("admin")
	for _, name := range []string{`=HYPERLINK("http://evil.example")`, "@x", "+1", "-1", "a,\"b\"\nc"} {
		body, _ := json.Marshal(map[string]string{"name": name})
		if a := l.send("POST", "/api/v1/api-keys", string(body), admin...); a.Status != http.StatusCreated {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		l.send("POST", "/api/v1/api-keys", strings.Replace(string(body), "name", "key_id", 1), admin...)
		l.send("DELETE", "/api/v1/api-keys/nothing", "", append([]string{"X-Request-ID", "same"}, admin...)...)
	}
	const page = "type=resource_created&limit=100&_sort=seq&_order=ASC"
	type entry struct {
		Seq                                        int64
		Type, User, Operation, Resource, RequestID string
		Hash                                       string
	}
	var shown struct{ Data []entry }
	a := l.send("GET", "/api/v1/audit?"+page, "", admin...)
	if err := json.Unmarshal([]byte(a.Body), &shown); err != nil || len(shown.Data) < 5 {
		t.Fatalf("%v: %s", err, a.Body)
	}
	export := func(format string) string {
		var out struct{ Data struct{ Export string } }
		a := l.send("POST", "/api/v1/tools/ratchet_query_audit", `{"type":["resource_created"],"limit":100,"sortOrder":"asc","format":"`+format+`"}`, admin...)
		if err := json.Unmarshal([]byte(a.Body), &out); err != nil || out.Data.Export == "" {
			t.Fatalf("%s: %d %v %s", format, a.Status, err, a.Body)
		}
		return out.Data.Export
	}
	rows, err := csv.NewReader(strings.NewReader(export("csv"))).ReadAll()
	if err != nil || len(rows) != len(shown.Data)+1 {
		t.Fatalf("%v: %d rows for %d entries", err, len(rows), len(shown.Data))
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	route := l.send("GET", "/api/v1/audit?format=csv&"+page, "", admin...)
	var told struct {
		Meta struct {
			Export string
			Chain  struct{ Verified bool }
		}
	}
	if err := json.Unmarshal([]byte(route.Body), &told); err != nil || told.Meta.Export != export("csv") || !told.Meta.Chain.Verified {
		t.Errorf("the route exports %v %.400s", err, route.Body)
	}
	lines := strings.Split(strings.TrimSpace(export("jsonl")), "\n")
	if len(lines) != len(shown.Data) {
		t.Fatalf("%d lines for %d entries", len(lines), len(shown.Data))
	}
	for i, e := range shown.Data {
		row := rows[i+1]
		var line struct{ Operation, Resource, Hash string }
		if err := json.Unmarshal([]byte(lines[i]), &line); err != nil {
			t.Fatal(err)
		}
		if row[column["hash"]] != e.Hash || line.Hash != e.Hash || line.Resource != e.Resource || row[column["operation"]] != e.Operation || e.Hash == "" {
			t.Errorf("entry %d: %v, %s, %+v", i, row, lines[i], e)
		}
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("a cell is a formula: %q", cell)
			}
		}
	}
}

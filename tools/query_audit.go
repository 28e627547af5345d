package tools

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"

	"ratchet/registry"

	"ratchet"
	"ratchet/storage"
)

// QueryAuditIn are the arguments of ratchet_query_audit.
type QueryAuditIn struct {
	Since    string   `json:"since,omitempty" jsonschema_description:"RFC 3339; at or after"`
	Until    string   `json:"until,omitempty" jsonschema_description:"RFC 3339; at or before"`
	Type     []string `json:"type,omitempty" jsonschema:"enum=auth_login,enum=auth_logout,enum=auth_failed,enum=auth_token_refresh,enum=access_granted,enum=access_denied,enum=permission_escalation,enum=resource_created,enum=resource_read,enum=resource_updated,enum=resource_deleted,enum=security_violation,enum=rate_limit_exceeded,enum=suspicious_activity,enum=data_exfiltration,enum=config_changed,enum=user_created,enum=user_deleted,enum=role_changed,enum=system_start,enum=system_shutdown,enum=error_occurred" jsonschema_description:"one type or several"`
	Severity []string `json:"severity,omitempty" jsonschema:"enum=info,enum=warning,enum=error,enum=critical" jsonschema_description:"one severity or several"`
	User     string   `json:"user,omitempty" jsonschema_description:"name of the caller, or the id of a principal such as user:UUID, key:UUID or ip:ADDRESS"`
	Resource string   `json:"resource,omitempty" jsonschema_description:"part of what it was about, e.g. a task's name"`
	Format   string   `json:"format,omitempty" jsonschema:"enum=json,enum=csv,enum=jsonl,default=json" jsonschema_description:"csv and jsonl put the page into export as text"`
	Verify   string   `json:"verify,omitempty" jsonschema:"enum=page,enum=all,default=page" jsonschema_description:"follow the hash chain through the entries of this page, or through all"`
	registry.ListIn
}

// AuditItem is one entry of the audit.
type AuditItem struct {
	Seq       int64           `json:"seq"`
	Time      string          `json:"time"`
	Type      string          `json:"type"`
	Severity  string          `json:"severity"`
	Principal string          `json:"principal"`
	User      string          `json:"user,omitempty"`
	Role      string          `json:"role,omitempty"`
	Via       string          `json:"via,omitempty"`
	Surface   string          `json:"surface,omitempty"`
	Operation string          `json:"operation,omitempty"`
	Resource  string          `json:"resource,omitempty"`
	Outcome   string          `json:"outcome"`
	Code      string          `json:"code,omitempty"`
	Message   string          `json:"message,omitempty"`
	IP        string          `json:"ip,omitempty"`
	RequestID string          `json:"request_id,omitempty"`
	TraceID   string          `json:"trace_id,omitempty"`
	ArgsHash  string          `json:"args_hash,omitempty" jsonschema_description:"keyed hash: equal arguments have equal hashes"`
	Details   json.RawMessage `json:"details,omitempty"`
	Hash      string          `json:"hash" jsonschema_description:"SHA-256 of the entry and the hash of the one before"`
}

// AuditChain says whether the entries looked at are as they were written.
type AuditChain struct {
	Verified bool   `json:"verified" jsonschema_description:"nothing was changed or removed between from_seq and to_seq"`
	FromSeq  int64  `json:"from_seq"`
	ToSeq    int64  `json:"to_seq"`
	Entries  int64  `json:"entries" jsonschema_description:"looked at"`
	HeadSeq  int64  `json:"head_seq" jsonschema_description:"the newest entry"`
	HeadHash string `json:"head_hash" jsonschema_description:"kept elsewhere, it proves later that nothing before was changed"`
	Removed  int64  `json:"removed,omitempty" jsonschema_description:"entries up to this one are gone by retention"`
	Broken   int64  `json:"broken,omitempty" jsonschema_description:"first entry that does not fit"`
	Reason   string `json:"reason,omitempty"`
}

// QueryAuditOut is the result of ratchet_query_audit.
type QueryAuditOut struct {
	Entries []registry.Row[AuditItem] `json:"entries"`
	Export  string                    `json:"export,omitempty" jsonschema_description:"the page as CSV or JSON lines"`
	Chain   AuditChain                `json:"chain"`
	registry.ListOut
}

// QueryAudit searches the audit.
var QueryAudit = registry.Define(registry.Spec{
	Name: "ratchet_query_audit", Title: "Query the audit", Toolset: "admin", Category: "monitoring",
	Doc: "Call this to see who changed what, who was refused and what alerts there were, newest first; " +
		"chain says whether the entries are as they were written. Next: ratchet_security_audit for what to improve.",
	Omits:  append(leanList("entries", "args_hash", "hash", "trace_id"), "chain.from_seq", "chain.to_seq", "chain.entries", "chain.head_seq", "chain.head_hash"),
	Effect: registry.Reads, Filters: storage.AuditFilters,
	Routes:   []registry.Route{{Method: "GET", Path: "/audit", Field: "auditEntries"}},
	Examples: []registry.Example{{Title: "What was refused", Args: json.RawMessage(`{"type":["access_denied","auth_failed"],"limit":20}`)}},
}, queryAudit)

func queryAudit(ctx context.Context, d *registry.Deps, in QueryAuditIn) (QueryAuditOut, error) {
	extra, err := in.filters()
	if err != nil {
		return QueryAuditOut{}, err
	}
	if in.SortOrder == "" {
		in.SortOrder = "desc"
	}
	q, err := in.Query("seq", extra...)
	if err != nil {
		return QueryAuditOut{}, err
	}
	p := registry.CallerFrom(ctx).Identity
	if p.Scope.LimitsTasks() { // entries name tasks: only its own name none beyond its scope
		if in.Verify == "all" {
			return QueryAuditOut{}, ratchet.Errorf(ratchet.CodeDenied, "verify all looks at entries of other callers, and this caller sees only its own").At("/verify").
				WithHint("leave verify out, or ask a caller who may know all tasks")
		}
		q.Filters = append(q.Filters, ratchet.Filter{Field: "principal", Operator: ratchet.OpEQ, Value: p.ID})
	}
	page, err := d.Store.ListAudit(ctx, q)
	if err != nil {
		return QueryAuditOut{}, err
	}
	chain, err := auditChain(ctx, d, page.Items, in.Verify == "all")
	if err != nil {
		return QueryAuditOut{}, err
	}
	if p.Scope.LimitsTasks() { // how many entries of others there are is not told
		chain.Entries, chain.HeadSeq, chain.HeadHash, chain.Removed = int64(len(page.Items)), 0, "", 0
	}
	items := make([]AuditItem, len(page.Items))
	for i := range page.Items {
		if err := json.Unmarshal(page.Items[i].Body, &items[i]); err != nil {
			items[i].Message = "the entry cannot be read" // it was changed: chain says so
		}
		items[i].Seq, items[i].Hash = page.Items[i].Seq, hex.EncodeToString(page.Items[i].Hash)
	}
	out := QueryAuditOut{Chain: chain, ListOut: registry.NewListOut(q, page.Total, page.NextCursor)}
	switch in.Format {
	case "csv":
		out.Export, err = auditCSV(items)
	case "jsonl":
		out.Export, err = auditLines(items)
	default:
		out.Entries, err = registry.Rows(items, in.Fields)
		return out, err
	}
	out.Entries = []registry.Row[AuditItem]{}
	return out, err
}

func (in QueryAuditIn) filters() ([]ratchet.Filter, error) {
	var extra []ratchet.Filter
	if _, _, err := timeRange(in.Since, in.Until); err != nil {
		return nil, err
	}
	for _, bound := range []struct {
		value string
		op    ratchet.Operator
	}{{in.Since, ratchet.OpGTE}, {in.Until, ratchet.OpLTE}} {
		if bound.value == "" {
			continue
		}
		extra = append(extra, ratchet.Filter{Field: "time", Operator: bound.op, Value: bound.value})
	}
	if len(in.Type) > 0 {
		extra = append(extra, ratchet.Filter{Field: "type", Operator: ratchet.OpIn, Value: in.Type})
	}
	if len(in.Severity) > 0 {
		extra = append(extra, ratchet.Filter{Field: "severity", Operator: ratchet.OpIn, Value: in.Severity})
	}
	if in.User != "" {
		field := "user"
		if strings.Contains(in.User, ":") || in.User == "local" {
			field = "principal"
		}
		extra = append(extra, ratchet.Filter{Field: field, Operator: ratchet.OpEQ, Value: in.User})
	}
	if in.Resource != "" {
		extra = append(extra, ratchet.Filter{Field: "resource", Operator: ratchet.OpContains, Value: in.Resource})
	}
	return extra, nil
}

// auditChain follows the chain from the oldest entry of a page to its newest,
// or from the first entry to the last.
func auditChain(ctx context.Context, d *registry.Deps, page []storage.AuditRow, all bool) (AuditChain, error) {
	var from, to int64
	if !all {
		for _, r := range page {
			if from == 0 || r.Seq < from {
				from = r.Seq
			}
			to = max(to, r.Seq)
		}
	}
	var c storage.AuditCheck
	var err error
	if all || from > 0 {
		c, err = d.Store.VerifyAudit(ctx, from, to)
	} else { // nothing was found: only the head is reported
		var seq int64
		seq, c.HeadHash, err = d.Store.AuditHead(ctx)
		c.Head = seq
	}
	return AuditChain{
		Verified: c.Broken == 0, FromSeq: c.From, ToSeq: c.To, Entries: c.Entries, HeadSeq: c.Head,
		HeadHash: hex.EncodeToString(c.HeadHash), Removed: c.Removed, Broken: c.Broken, Reason: c.Reason,
	}, err
}

// auditCSV is a page as CSV. Texts that a spreadsheet would take for a formula
// get an apostrophe.
func auditCSV(items []AuditItem) (string, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	rows := [][]string{{
		"seq", "time", "type", "severity", "principal", "user", "role", "via", "surface", "operation", "resource",
		"outcome", "code", "message", "ip", "request_id", "args_hash", "hash",
	}}
	for _, x := range items {
		row := []string{
			strconv.Itoa(int(x.Seq)), x.Time, x.Type, x.Severity, x.Principal, x.User, x.Role, x.Via, x.Surface, x.Operation, x.Resource,
			x.Outcome, x.Code, x.Message, x.IP, x.RequestID, x.ArgsHash, x.Hash,
		}
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				row[i] = "'" + cell
			}
		}
		rows = append(rows, row)
	}
	err := w.WriteAll(rows)
	return b.String(), err
}

func auditLines(items []AuditItem) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, x := range items {
		if err := enc.Encode(x); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

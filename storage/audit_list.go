package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"ratchet"
)

const auditColumns = "a.seq, a.at, a.type, a.severity, a.principal, a.resource, a.body, a.hash"

func scanAudit(rows *sql.Rows, r *AuditRow) error {
	var at int64
	var kind, severity, principal, resource []byte
	if err := rows.Scan(&r.Seq, &at, &kind, &severity, &principal, &resource, &r.Body, &r.Hash); err != nil {
		return err
	}
	r.At = timeOf(at)
	r.Type, r.Severity, r.Principal, r.Resource = string(kind), string(severity), string(principal), string(resource)
	return nil
}

// AuditAfter returns up to limit entries after seq, the oldest first.
func (db *DB) AuditAfter(ctx context.Context, seq int64, limit int) ([]*AuditRow, error) {
	var out []*AuditRow
	err := db.read(ctx, func(q querier) error {
		before, err := readAnchor(ctx, q)
		if err != nil {
			return err
		}
		if seq > before.seq {
			err := one(ctx, q, "read the audit", []any{&before.hash}, "SELECT hash FROM audit WHERE seq = ?", seq)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		prev := before.hash
		return each(ctx, q, "read the audit", func(rows *sql.Rows) error {
			r := &AuditRow{Prev: prev}
			if err := scanAudit(rows, r); err != nil {
				return err
			}
			prev = r.Hash
			out = append(out, r)
			return nil
		}, "SELECT "+auditColumns+" FROM audit AS a WHERE seq > ? ORDER BY seq LIMIT ?", seq, limit)
	})
	return out, err
}

// auditList describes the list of entries (columns of audit AS a).
func auditList() *list {
	in := func(key string) field {
		return field{kind: kindText, expr: "CAST(json_extract(CAST(a.body AS TEXT), '$." + key + "') AS BLOB)"}
	}
	fields := map[string]field{
		"seq":        {kind: kindInt, expr: "a.seq"},
		"time":       {kind: kindTime, expr: "a.at"},
		"type":       {kind: kindText, expr: "a.type"},
		"severity":   {kind: kindText, expr: "a.severity"},
		"principal":  {kind: kindText, expr: "a.principal"},
		"resource":   {kind: kindText, expr: "a.resource"},
		"user":       in("user"),
		"operation":  in("operation"),
		"surface":    in("surface"),
		"outcome":    in("outcome"),
		"ip":         in("ip"),
		"request_id": in("request_id"),
	}
	return &list{
		noun: "audit entry", from: "audit AS a", id: "a.seq", columns: auditColumns, fields: fields, sort: "seq", desc: true,
		sorts: map[string]sortField{"seq": {expr: "a.seq"}, "time": {expr: "a.at"}},
	}
}

// AuditFilters describes what ListAudit filters by, sorted by name.
func AuditFilters() []ratchet.FilterField { return filterFields(auditList().fields) }

// ListAudit returns a page of the audit, the newest first when SortBy is
// empty. Prev is not set.
func (db *DB) ListAudit(ctx context.Context, query ratchet.Query) (ratchet.Page[AuditRow], error) {
	return pageOf(ctx, db, auditList(), query, nil, func() ([]any, *int64, func() (*AuditRow, error)) {
		var r AuditRow
		var at int64
		var kind, severity, principal, resource []byte
		return []any{&r.Seq, &at, &kind, &severity, &principal, &resource, &r.Body, &r.Hash}, &r.Seq, func() (*AuditRow, error) {
			if err := sound(at); err != nil {
				return nil, err
			}
			if !json.Valid(r.Body) {
				return nil, damaged("the entry is not JSON")
			}
			r.At = timeOf(at)
			r.Type, r.Severity, r.Principal, r.Resource = string(kind), string(severity), string(principal), string(resource)
			return &r, nil
		}
	})
}

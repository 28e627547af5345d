package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/executor"
	"ratchet/server"
	"ratchet/server/attach"
	"ratchet/server/audit"
	"ratchet/server/config"
	"ratchet/storage"
)

// auditReport is what `audit verify` found.
type auditReport struct {
	Whole    bool   `json:"whole"`
	Entries  int64  `json:"entries"`
	FromSeq  int64  `json:"from_seq"`
	ToSeq    int64  `json:"to_seq"`
	HeadHash string `json:"head_hash"`
	Removed  int64  `json:"removed"`
	Broken   int64  `json:"broken,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Files    int    `json:"files"`
	Lines    int64  `json:"lines"`
	FileNote string `json:"file_note,omitempty"`
}

func (a *app) auditCommand() *cobra.Command {
	verify := &cobra.Command{
		Use: "verify", Short: "Check that the audit is as it was written", Args: cobra.NoArgs,
		Long: "Follow the chain of hashes through the whole audit and compare it with the files next to the\n" +
			"database; a process that has the data directory open does it for this one. Keep head_hash elsewhere: later it proves that\n" +
			"nothing before it was changed.",
		Example: "  ratchet audit verify\n  ratchet audit verify --data-dir ./data --format json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.verifyAudit(cmd) },
	}
	storeFlags(verify.Flags())
	cmd := &cobra.Command{Use: "audit", Short: "Check the audit log of writes and security events"}
	cmd.AddCommand(verify)
	return cmd
}

// verified checks the audit, or lets the owner of the data directory check it.
func verified(ctx context.Context, cfg config.Config, log *slog.Logger) (v audit.Verification, err error) {
	database, err := server.Database(cfg)
	if err != nil {
		return v, err
	}
	_, socket := storage.LockHolder(database)
	_, welcome, err := attach.Dial(ctx, socket, attach.Hello{Kind: attach.Ask, Version: version, Question: "audit"})
	if err == nil {
		return v, json.Unmarshal(welcome.Answer, &v)
	}
	if !errors.Is(err, attach.ErrNoOwner) {
		return v, err
	}
	db, err := storage.Open(ctx, storage.Config{Path: database, Log: log})
	if err != nil {
		return v, err
	}
	defer func() { _ = db.Close() }() // it was only read
	return verifyStore(ctx, db, cfg)
}

func verifyStore(ctx context.Context, db *storage.DB, cfg config.Config) (audit.Verification, error) {
	dir := cfg.DataDir
	if dir == "" && db.Path() != "" {
		dir = filepath.Dir(db.Path())
	}
	if !cfg.Security.Audit.Files {
		dir = "" // none are written
	}
	return audit.Verify(ctx, db, dir)
}

// auditAnswer is what the owner answers to another process's `audit verify`.
func auditAnswer(ctx context.Context, db *storage.DB, cfg config.Config) ([]byte, error) {
	v, err := verifyStore(ctx, db, cfg)
	if err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

func (a *app) verifyAudit(cmd *cobra.Command) error {
	cfg, log, err := a.load(cmd.Flags(), nil)
	if err != nil {
		return err
	}
	v, err := verified(cmd.Context(), cfg, log)
	if err != nil {
		return err
	}
	if !v.Whole() {
		a.failed = ratchet.CodeConflict
	}
	if a.machine() {
		return a.print(auditReport{
			Whole: v.Whole(), Entries: v.Entries, FromSeq: v.From, ToSeq: v.To, HeadHash: hex.EncodeToString(v.HeadHash),
			Removed: v.Removed, Broken: v.Broken, Reason: v.Reason, Files: v.Files, Lines: v.Lines, FileNote: v.FileNote,
		})
	}
	fmt.Fprintf(a.stdout, "%s, %s in %s\nhead: %d %s\n", executor.Plural(int(v.Entries), "entry"), executor.Plural(int(v.Lines), "line"), executor.Plural(v.Files, "file"), v.Head, hex.EncodeToString(v.HeadHash))
	switch {
	case v.Broken != 0:
		fmt.Fprintf(a.stdout, "BROKEN at entry %d: %s\n", v.Broken, v.Reason)
	case v.FileNote != "":
		fmt.Fprintf(a.stdout, "the table is whole; BROKEN files: %s\n", v.FileNote)
	default:
		fmt.Fprintln(a.stdout, "nothing was changed or removed")
	}
	return nil
}

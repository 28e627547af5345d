// Package audit records who changed what, and every security event: in a table
// whose entries each hold the hash of the one before, and in files of one JSON
// object a line. It is a gate before every tool call; others record what they
// saw with Record or Note.
//
//	log, err := audit.Open(ctx, audit.Config{Store: db, Dir: dataDir, Bus: bus})
//	if err != nil { … }
//	defer log.Close(ctx)
//	deps.Gates = append(deps.Gates, log)
//	log.Note(ctx, audit.Entry{Type: audit.LoginFailed, User: name, IP: ip, Outcome: audit.Failure})
//
// The entry of a call that writes is stored in the commit of that write: it
// costs no sync of its own, and there is no write without its entry. The table
// is the authority; the files are written and synced within about a second of
// the commit and completed from the table at start.
//
// It must not import the server, an adapter or server/auth.
package audit

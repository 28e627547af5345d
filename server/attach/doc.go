// Package attach lets several processes work on one data directory. The process
// that holds the directory's lock is its owner and listens on a socket beside
// the database; the others attach to it there. When the owner ends, one of them
// takes its place. It knows JSON-RPC lines and neither tools nor the store.
//
//	owner, err := attach.Listen(ctx, database, lock, attach.Host{Welcome: welcome, Session: session, Log: log, Most: 16})
//	conn, welcome, err := attach.Dial(ctx, socket, attach.Hello{Kind: attach.Session}) // another process
//	file, err := attach.Receive(ctx, conn)                                             // of a yield: the lock
package attach

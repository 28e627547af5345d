// Package attach lets several processes work on one data directory. The process
// that holds the directory's lock is its owner and listens on a socket beside
// the database; the others attach to it there. When the owner ends, one of them
// takes its place. It knows JSON-RPC lines and neither tools nor the store.
//
//	offer, err := attach.Listen(lock, path)          // the owner
//	conn, err := attach.Dial(ctx, path, attach.Hello{Kind: attach.Session})
package attach

// Package wire refuses HTTP/1 requests that two programs could read in two
// ways: a length given twice or with chunks, a bare line feed, a folded
// header, a chunk that does not end where it says. Such requests are how one
// client's request is smuggled into another's connection through a proxy.
// net/http reads some of them leniently; behind this listener it never sees
// them.
//
//	server.Serve(wire.Listen(listener))
//
// A refused request is answered 400 and its connection closed. Bytes are passed on
// unchanged; only their shape is followed. What comes after an upgrade
// (WebSocket) is no HTTP and passes.
//
// It imports nothing of ours.
package wire

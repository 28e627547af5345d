// Package server assembles Ratchet: it opens the store, the worker pool and
// the executor, selects the tools, and offers them over MCP on stdio and on
// HTTP. Open gives a Server, ListenAndServe and ServeStdio run it, Close ends
// it.
//
//	srv, err := server.Open(ctx, cfg, server.Options{Version: "1.0.0"})
//	if err != nil {
//		return err
//	}
//	defer srv.Close(context.WithoutCancel(ctx))
//	return srv.ListenAndServe(ctx, func(addr string) { fmt.Println("ready at", addr) })
//
// It opens and connects; what a surface does is in its own package below adapters.
// It must not import cmd, or the library of a protocol.
package server

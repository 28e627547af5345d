// Package broker is the server's side of the host API: it performs what scripts in
// worker processes ask for. All fetches of all runs go through one transport
// whose dialer refuses private addresses after name resolution, at each dial.
// A Session is the host of one run; it also answers from mocks.
//
//	b := broker.New(broker.Config{UserAgent: "Ratchet/1.0.0"})
//	defer b.Close()
//	session := b.Host(broker.Policy{AllowHosts: []string{"api.example.com"}})
//	outcome, err := pool.Run(ctx, job, runtime.Hooks{Host: session})
//	masked := session.Mask(outcome.Output)
//
// It must not import storage, tools, executor, server or goja.
package broker

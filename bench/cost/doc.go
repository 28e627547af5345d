// Package cost looks for requests that cost the server more than they should:
// it starts the program as a server that demands a login, sends requests that a
// generator makes up, as callers with few rights or none, and measures what
// each costs the server process in CPU time and allocated memory. What is
// expensive is varied and made larger, so that the search climbs.
//
//	report, err := cost.Search(ctx, cost.Options{Program: "bin/ratchet", Seed: 7, Duration: 10 * time.Minute})
//	for _, f := range report.Found {
//		fmt.Println(f.CPU, f.Request) // over the bounds, with what repeats it
//	}
//
// Workers, imports and password checks are not counted: they are processes of
// their own, or bounded by rates. Only the command line may import this package.
package cost

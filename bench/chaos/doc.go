// Package chaos proves what the server promises when the machine does not
// help. It runs the program itself as a server under load, breaks things in an
// order that a seed gives (processes killed, the disk full, read-only or
// stalled, connections cut, the clock moved, descriptors used up) and compares
// in the end what callers were told with what is stored and with what reached
// a test upstream.
//
//	report, err := chaos.Run(ctx, chaos.Options{Server: argv, Seed: 7, Duration: time.Minute, Faults: true})
//	if !report.Held() {
//		report.Print(os.Stdout) // the promises that were broken, with the seed
//	}
//
// A seed repeats the order of faults and calls; their timing is the machine's.
// Without faults the run is a soak: memory, goroutines and descriptors must
// stay flat.
//
// Only the command line may import this package.
package chaos

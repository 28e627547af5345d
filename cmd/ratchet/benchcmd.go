package main

import (
	"bufio"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/bench/chaos"
)

func (a *app) benchCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "bench", Short: "Prove on this machine what the server promises"}
	cmd.AddCommand(
		a.chaosCommand("chaos", true, time.Minute, "Break a server under load and look for what was lost",
			"Run a server in a temporary folder under load and break things: processes are killed, the disk is\n"+
				"full, read-only or stalled, connections break, the clock moves, descriptors run out. Then compare\n"+
				"what callers were told with what is stored. Faults this machine cannot make are named as skipped;\n"+
				"those of the disk need root and loop devices. Exits with 6 when a promise was broken."),
		a.chaosCommand("soak", false, 30*time.Minute, "Load a server for long and look for what grows",
			"The load of `bench chaos` without faults: memory, descriptors and goroutines of the last third must\n"+
				"be within 5 % of those of the first. Exits with 6 when they are not."),
		a.costCommand(),
		a.benchServerCommand(),
	)
	return cmd
}

func (a *app) chaosCommand(name string, faults bool, duration time.Duration, short, long string) *cobra.Command {
	o := chaos.Options{Faults: faults}
	cmd := &cobra.Command{
		Use: name, Short: short, Long: long, Args: cobra.NoArgs,
		Example: "  ratchet bench " + name + "\n  ratchet bench " + name + " --seed 7 --duration 30m",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("seed") {
				o.Seed = rand.Uint64N(1 << 32)
			}
			return a.chaos(cmd.Context(), o)
		},
	}
	cmd.Flags().Uint64Var(&o.Seed, "seed", 0, "order of faults and calls (default a new one, which is printed)")
	cmd.Flags().DurationVar(&o.Duration, "duration", duration, "length of the load")
	cmd.Flags().IntVar(&o.Clients, "clients", 8, "callers at once")
	return cmd
}

func (a *app) chaos(ctx context.Context, o chaos.Options) error {
	if o.Duration < time.Second || o.Clients < 1 || o.Clients > 64 {
		return ratchet.Errorf(ratchet.CodeInvalid, "--duration must be at least 1s and --clients from 1 to 64")
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	o.Server, o.Progress = []string{program, "bench", "server"}, a.say
	a.say("seed %d", o.Seed)
	report, err := chaos.Run(ctx, o)
	if err != nil {
		return err
	}
	if !report.Held() {
		a.failed = ratchet.CodeConflict
	}
	if a.machine() {
		return a.print(report)
	}
	report.Print(a.stdout)
	return nil
}

// benchServerCommand is `serve` with a clock that standard input moves: each
// line is an offset from the machine's, such as -90m.
func (a *app) benchServerCommand() *cobra.Command {
	var listen string
	var offset time.Duration
	cmd := &cobra.Command{
		Use: "server", Short: "Serve as `serve` does, with a clock that standard input moves", Args: cobra.NoArgs, Hidden: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var moved atomic.Int64
			moved.Store(int64(offset))
			go func() {
				defer ratchet.Recover("move the clock", a.complain)
				moveClock(a.stdin, &moved)
			}()
			a.now = func() time.Time { return time.Now().Round(0).Add(time.Duration(moved.Load())) }
			return a.serveHTTP(cmd, listen)
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "", "address and port")
	cmd.Flags().DurationVar(&offset, "clock-offset", 0, "of the clock at start")
	storeFlags(cmd.Flags())
	selectionFlags(cmd.Flags())
	return cmd
}

func moveClock(from io.Reader, offset *atomic.Int64) {
	for lines := bufio.NewScanner(from); lines.Scan(); {
		if d, err := time.ParseDuration(lines.Text()); err == nil {
			offset.Store(int64(d))
		}
	}
}

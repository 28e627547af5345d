package main

import (
	"math/rand/v2"
	"os"
	"time"

	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/bench/cost"
)

func (a *app) costCommand() *cobra.Command {
	o := cost.Options{Progress: a.say}
	cmd := &cobra.Command{
		Use: "cost", Short: "Look for requests that cost the server too much", Args: cobra.NoArgs,
		Long: "Start a server that demands a login in a temporary folder and send it generated requests without\n" +
			"a key, with one that may read and with one that may execute. Expensive requests are varied and made larger. A\n" +
			"request may cost the server 1 s of CPU and 64 MiB; exits with 6 when one costs more. Linux only.",
		Example: "  ratchet bench cost --duration 10m\n  ratchet bench cost --seed 7 --program ./ratchet-before",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if o.Duration < time.Second {
				return ratchet.Errorf(ratchet.CodeInvalid, "--duration must be at least 1s")
			}
			if !cmd.Flags().Changed("seed") {
				o.Seed = rand.Uint64N(1 << 32)
			}
			if o.Program == "" {
				if o.Program, err = os.Executable(); err != nil {
					return err
				}
			}
			a.say("seed %d", o.Seed)
			report, err := cost.Search(cmd.Context(), o)
			if err != nil {
				return err
			}
			if len(report.Found) > 0 {
				a.failed = ratchet.CodeConflict
			}
			if a.machine() {
				return a.print(report)
			}
			report.Print(a.stdout)
			return nil
		},
	}
	cmd.Flags().Uint64Var(&o.Seed, "seed", 0, "of the generator (default a new one, which is printed)")
	cmd.Flags().DurationVar(&o.Duration, "duration", time.Minute, "of the search")
	cmd.Flags().StringVar(&o.Program, "program", "", "another ratchet to attack (default this one)")
	return cmd
}

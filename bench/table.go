package main

import (
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
	"time"
)

// table prints rows in columns.
type table struct{ w *tabwriter.Writer }

func newTable(title string, columns ...string) *table {
	fmt.Printf("\n%s\n", title)
	t := &table{tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', tabwriter.AlignRight)}
	t.row(columns...)
	return t
}

func (t *table) row(cells ...string) {
	for _, c := range cells {
		fmt.Fprint(t.w, c, "\t")
	}
	fmt.Fprintln(t.w)
}

func (t *table) print() { _ = t.w.Flush() }

func perSecond(v float64) string { return fmt.Sprintf("%.0f/s", v) }

func ratio(v, floor float64) string {
	if floor == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2fx", v/floor)
}

func micros(d time.Duration) string { return fmt.Sprintf("%.0f us", float64(d.Nanoseconds())/1e3) }

// median returns the middle value by perSecond.
func median(rates []rate) rate {
	slices.SortFunc(rates, func(a, b rate) int { return int(a.perSecond - b.perSecond) })
	return rates[len(rates)/2]
}

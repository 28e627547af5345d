package runtime

import (
	"context"
	"fmt"
	"strconv"
	"testing"
)

// TestHeaders_cost doubles the entries Headers are made of and counts how
// TestHeaders_cost doubles the entries Headers are made of and counts how
// many properties are defined and listed and how many values are joined.
func TestHeaders_cost(t *testing.T) {
	for _, entries := range []string{"['n' + i, 'v']", "['same', 'v']"} {
		last := 0
		for n := 250; n <= 1000; n *= 2 {
			code := fmt.Sprintf(`export default () => {
				let work = 0;
				const { defineProperty, keys } = Object;
				const { join } = Array.prototype;
				Headers.name;
				Object.defineProperty = (...a) => { work++; return defineProperty(...a) };
				Object.keys = (o) => { const k = keys(o); work += k.length; return k };
				Array.prototype.join = function (...a) { work += this.length; return join.apply(this, a) };
				new Headers(Array.from({ length: %d }, (_, i) => %s));
				return work;
			}`, n, entries)
			out := Run(context.Background(), Job{Source: Source{Code: code}}, Hooks{})
			work, err := strconv.Atoi(string(out.Output))
			if err != nil || work < n || work > 4*n {
				t.Fatalf("%d entries of %s: %s steps %+v, want %d to %d", n, entries, out.Output, out.Err, n, 4*n)
			}
			if last > 0 && work > 2*last+8 {
				t.Errorf("%d entries of %s: %d steps, %d for half as many", n, entries, work, last)
			}
			last = work
		}
	}
}

package runtime

import "testing"

func TestReaching(t *testing.T) {
	for _, c := range []struct {
		code                 string
		computed, everything bool
	}{
		{"function main(i) { return [] }", false, false},
		{"function main(i) { return i.list[0] }", false, false},
		{"// this is fine\nclass A { constructor() { this.x = 1 } }", false, false},
		{"function main(i) { return i[i.key] }", true, false},
		{"function main({ ['a' + 1]: b }) { return b }", true, false},
		{"function main() { const g = this; return g }", true, true},
		{"function main() { const g = this\n return g }", true, true},
		{"function main() { return globalThis }", true, true},
		{"function main() { return eval('1') }", true, true},
		{"function main() { return (() => 1).constructor('return 1')() }", true, true},
		{"const { constructor } = main", true, true},
		{`const v = x.gro\u0075pBy`, true, true},
	} {
		computed, everything := reaching(c.code)
		if computed != c.computed || everything != c.everything {
			t.Errorf("%s: computed %v, everything %v", c.code, computed, everything)
		}
	}
}

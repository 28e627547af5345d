// Package regex matches JavaScript's regular expressions as ECMAScript says,
// with the flags d, i, m, s, u and v. It reads UTF-16 code units, backtracks on
// a stack of its own, and asks now and then whether it must stop.
//
//	p, err := regex.Compile(`(?<year>\d{4})`, "u")
//	m, ok := p.Match(units, 0, nil) // the bounds of each group, -1 = not matched
package regex

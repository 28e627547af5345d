package schema

import "strings"

// Nearest is the candidate with the smallest edit distance to name, or empty
// when none is close: more than a third of the name would have to change.
// Case, dots and dashes do not count as changes.
func Nearest(name string, candidates []string) string {
	name = fold(name)
	if len(name) > 200 {
		return ""
	}
	best, least := "", len(name)/3+2
	for _, c := range candidates {
		f := fold(c)
		if len(f) > 200 {
			continue
		}
		if d := distance(name, f); d < least {
			best, least = c, d
		}
	}
	if best == "" && len(name) >= 4 {
		for _, c := range candidates {
			if f := fold(c); strings.Contains(f, name) || (len(f) >= 4 && strings.Contains(name, f)) {
				return c
			}
		}
	}
	return best
}

func fold(s string) string {
	return strings.NewReplacer(".", "_", "-", "_").Replace(strings.ToLower(s))
}

// distance is the Levenshtein distance of two strings in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left, diagonal := i+1, i
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = min(diagonal, left, row[j+1]) + 1
			}
			diagonal, row[j], left = row[j+1], left, cost
		}
		row[len(b)] = left
	}
	return row[len(b)]
}

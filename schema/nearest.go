package schema

import "strings"

// Nearest is the candidate that name stands for, or empty when none is close.
// It is one that differs in case, dots and dashes only, another word for it,
// one that has all of its words, one with a small edit distance, or one that
// shares words with it, in this order.
func Nearest(name string, candidates []string) string {
	if len(name) > 200 {
		return ""
	}
	for _, c := range candidates {
		if fold(c) == fold(name) {
			return c
		}
	}
	if c := meant(name, candidates); c != "" {
		return c
	}
	if c := sharing(name, candidates, true); c != "" {
		return c
	}
	if c := closest(fold(name), candidates); c != "" {
		return c
	}
	return sharing(name, candidates, false)
}

// closest is the candidate with the smallest edit distance; empty when more
// than a third of the name would have to change.
func closest(name string, candidates []string) string {
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

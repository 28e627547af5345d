package storage

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"ratchet"
)

// kind says how a field's values are read and which operators it takes.
type kind int

const (
	kindText   kind = iota + 1 // BLOB column: all operators
	kindInt                    // integer column
	kindFloat                  // number column; scale is applied to the value
	kindTime                   // integer microseconds
	kindBool                   // expression that is 0 or 1
	kindStatus                 // number of a status; compared by name
	kindOrigin                 // number of an origin; compared by name
	kindID                     // number or UUID
	kindTask                   // UUID of a task, given as UUID or number
	kindTag                    // set of texts
	kindTopic                  // the category or one of the tags
)

// field is a filter field: an expression of the list's table.
type field struct {
	kind   kind
	expr   string
	op     ratchet.Operator // fixed operator of …_after and …_before; the filter's must be EQ or empty
	column column           // of executions, where an index can serve; else empty
	scale  float64          // kindFloat: what the value is multiplied by; 0 = 1
	// byNumber is the condition that the row has one of the numbers %s;
	// kindID and kindTask only, whose expr is the UUID.
	byNumber string
	number   string // the column of numbers; empty = references are not ordered
}

// filterFields describes fields to surfaces, by name.
func filterFields(fields map[string]field) []ratchet.FilterField {
	types := map[kind]ratchet.FilterType{
		kindInt: ratchet.FilterInt, kindFloat: ratchet.FilterFloat, kindTime: ratchet.FilterTime, kindBool: ratchet.FilterBool,
		kindStatus: ratchet.FilterStatus, kindID: ratchet.FilterID, kindTask: ratchet.FilterID,
	}
	var out []ratchet.FilterField
	for _, name := range sorted(fields) {
		f := fields[name]
		described := ratchet.FilterField{Name: name, Type: types[f.kind], Operators: f.operators()}
		if f.number != "" {
			described.Type = ratchet.FilterRowID
		}
		if described.Type == "" {
			described.Type = ratchet.FilterText
		}
		if f.op != "" {
			described.Operators = []ratchet.Operator{ratchet.OpEQ}
		}
		out = append(out, described)
	}
	return out
}

// withBounds adds the fields name_at, name_after and name_before of a time.
func withBounds(fields map[string]field, name, expr string) {
	fields[name+"_at"] = field{kind: kindTime, expr: expr}
	fields[name+"_after"] = field{kind: kindTime, expr: expr, op: ratchet.OpGT}
	fields[name+"_before"] = field{kind: kindTime, expr: expr, op: ratchet.OpLT}
}

func operators() []ratchet.Operator {
	return []ratchet.Operator{
		ratchet.OpEQ, ratchet.OpNE, ratchet.OpContains, ratchet.OpStartsWith, ratchet.OpEndsWith,
		ratchet.OpGT, ratchet.OpGTE, ratchet.OpLT, ratchet.OpLTE, ratchet.OpIn, ratchet.OpNotIn,
	}
}

// operators a kind takes.
func (k kind) operators() []ratchet.Operator {
	all := operators()
	switch k {
	case kindText, kindStatus, kindTag, kindTopic:
		return all
	case kindBool:
		return []ratchet.Operator{ratchet.OpEQ, ratchet.OpNE, ratchet.OpIn, ratchet.OpNotIn}
	case kindID, kindTask, kindOrigin:
		return []ratchet.Operator{ratchet.OpEQ, ratchet.OpNE, ratchet.OpIn, ratchet.OpNotIn}
	default:
		return append(all[:2:2], all[5:]...)
	}
}

// operators are those that the field takes.
func (fd field) operators() []ratchet.Operator {
	if fd.number != "" {
		return append(fd.kind.operators(), ranges()...)
	}
	return fd.kind.operators()
}

// ranges are the operators that compare by order.
func ranges() []ratchet.Operator {
	return []ratchet.Operator{ratchet.OpGT, ratchet.OpGTE, ratchet.OpLT, ratchet.OpLTE}
}

// comparison is the SQL sign of an operator; empty for the others.
func comparison(op ratchet.Operator) string {
	switch op {
	case ratchet.OpEQ:
		return "IS"
	case ratchet.OpNE:
		return "IS NOT"
	case ratchet.OpGT:
		return ">"
	case ratchet.OpGTE:
		return ">="
	case ratchet.OpLT:
		return "<"
	case ratchet.OpLTE:
		return "<="
	default:
		return ""
	}
}

// textCondition compares a text without regard to case. Everything is compared
// as bytes, so % and _ are themselves and NUL does not end a text.
func textCondition(expr string, op ratchet.Operator, value string) (string, []any) {
	low := []byte(asciiLower(value))
	if len(low) == 0 {
		return expr + " IS NOT NULL", nil
	}
	folded, low, args := foldLetters("lower("+expr+")", low)
	folded = "CAST(" + folded + " AS BLOB)"
	switch op {
	case ratchet.OpContains:
		return "instr(" + folded + ", ?) > 0", append(args, low)
	case ratchet.OpStartsWith:
		return "substr(" + folded + ", 1, ?) = ?", append(args, len(low), low)
	default: // EndsWith
		return "substr(" + folded + ", ?) = ?", append(args, -len(low), low)
	}
}

// maxFolded bounds the letters of a text that are compared without regard to
// case: each is one replacement in every row.
const maxFolded = 32

// foldLetters replaces the forms of the letters outside ASCII that low holds,
// as ä and Ä, by one form each, in expr and in low: the database's lower knows
// ASCII only. Args are those of the expression.
func foldLetters(expr string, low []byte) (folded string, value []byte, args []any) {
	one := map[rune]rune{} // by form
	for _, r := range string(low) {
		if r < utf8.RuneSelf || r == utf8.RuneError || one[r] != 0 || len(args) >= 2*maxFolded {
			continue
		}
		for form := unicode.SimpleFold(r); form != r; form = unicode.SimpleFold(form) {
			if form < utf8.RuneSelf {
				continue // the letters of ASCII are folded already
			}
			one[form], one[r] = r, r
			expr, args = "replace("+expr+", ?, ?)", append(args, string(form), string(r))
		}
	}
	if len(args) == 0 {
		return expr, low, nil
	}
	// The innermost replacement comes first in the text, with the first arguments.
	return expr, []byte(strings.Map(func(r rune) rune {
		if to := one[r]; to != 0 {
			return to
		}
		return r
	}, string(low))), args
}

// asciiLower folds A to Z only, as the database's lower does.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

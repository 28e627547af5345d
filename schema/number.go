package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Numbers are exact here, so the work that one costs grows with its digits and
// its exponent. These bounds are far beyond what a float64 can hold.
const (
	maxDigits   = 1000 // characters of a number
	maxExponent = 1000
)

// numberError is a number that is out of bounds.
type numberError struct {
	pointer string
	message string
}

// Error implements error.
func (e *numberError) Error() string { return e.pointer + ": " + e.message }

// checkNumbers finds the first number of a decoded value that is out of bounds.
func checkNumbers(v any, at []string) error {
	switch v := v.(type) {
	case json.Number:
		if fault := numberFault(string(v)); fault != "" {
			return &numberError{pointer(at), fault}
		}
	case []any:
		for i, item := range v {
			if err := checkNumbers(item, append(at, strconv.Itoa(i))); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if err := checkNumbers(v[name], append(at, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func numberFault(text string) string {
	if len(text) > maxDigits {
		return fmt.Sprintf("the number has %d characters; at most %d are allowed: send it as a string", len(text), maxDigits)
	}
	i := strings.IndexAny(text, "eE")
	if i < 0 {
		return ""
	}
	if n, err := strconv.Atoi(text[i+1:]); err != nil || n > maxExponent || n < -maxExponent {
		return fmt.Sprintf("the number %s has an exponent beyond ±%d: send it as a string", short(text), maxExponent)
	}
	return ""
}

// CheckNumbers is the first number of raw that is too long or too large to
// calculate with, nil when there is none. Text that is not JSON has none.
func CheckNumbers(raw json.RawMessage) *Violation {
	if !suspicious(raw) {
		return nil
	}
	_, err := decode(raw)
	return numberViolation(err)
}

// suspicious says whether raw could hold a number out of bounds: one with three
// or more digits after an e, or a run of digits that is too long. Most values
// are cleared by it without being decoded.
func suspicious(raw []byte) bool {
	run, exponent := 0, 0
	for _, c := range raw {
		switch {
		case c == 'e' || c == 'E':
			exponent, run = 1, run+1
		case c >= '0' && c <= '9' || c == '.':
			if run++; exponent > 0 {
				exponent++
			}
		case c == '+' || c == '-':
			run++
		default:
			run, exponent = 0, 0
		}
		if run > maxDigits || exponent > 4 {
			return true
		}
	}
	return false
}

func numberViolation(err error) *Violation {
	if e, ok := err.(*numberError); ok { //nolint:errorlint // decode returns it as it is
		return &Violation{Pointer: e.pointer, Rule: "number", Wanted: "a number within bounds", Message: e.message}
	}
	return nil
}

package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"ratchet"
)

// fieldFaults is the key of an error's fields that lists the faults it stands for.
const fieldFaults = "faults"

// Fault is one thing that is wrong with a configuration.
type Fault struct {
	Key     string `json:"key,omitempty"`
	Line    int    `json:"line,omitempty"` // of the file
	Message string `json:"message"`        // with the file and line, the variable or the flag
	Allowed any    `json:"allowed,omitempty"`
	Nearest string `json:"nearest,omitempty"`
	Hint    string `json:"hint,omitempty"`
}

// Faults lists everything that an error of Load stands for; it has one entry for
// an error of another kind.
func Faults(err error) []Fault {
	e := ratchet.AsError(err)
	if e == nil {
		return nil
	}
	if list, ok := e.Fields[fieldFaults].([]Fault); ok {
		return list
	}
	f := Fault{Message: e.Message, Allowed: e.Fields[ratchet.FieldAllowed], Hint: e.Hint}
	f.Key, _ = e.Fields[ratchet.FieldPointer].(string)
	f.Line, _ = e.Fields[ratchet.FieldLine].(int)
	f.Nearest, _ = e.Fields[ratchet.FieldNearest].(string)
	return []Fault{f}
}

// faults collects what is wrong, so that all of it can be corrected at once.
type faults []*ratchet.Error

func (f *faults) add(err error) {
	if err != nil {
		*f = append(*f, ratchet.AsError(err))
	}
}

// addNew leaves out keys that have a fault already: one often follows from the
// other.
func (f *faults) addNew(more faults) {
	known := slices.Clone(*f)
	for _, e := range more {
		if !slices.ContainsFunc(known, func(k *ratchet.Error) bool { return sameKey(k, e) }) {
			*f = append(*f, e)
		}
	}
}

func sameKey(a, b *ratchet.Error) bool {
	key, ok := a.Fields[ratchet.FieldPointer]
	return ok && key == b.Fields[ratchet.FieldPointer]
}

// join is one error for all faults; one fault alone is itself.
func (f faults) join() error {
	switch len(f) {
	case 0:
		return nil
	case 1:
		return f[0]
	}
	var list []Fault
	var texts []string
	for _, e := range f {
		list = append(list, Faults(e)...)
		texts = append(texts, e.Message)
	}
	return ratchet.Errorf(ratchet.CodeConfig, "the configuration has %d faults: %s", len(f), strings.Join(texts, "; ")).
		With(fieldFaults, list).WithHint("correct all of them; `ratchet config validate` checks again")
}

func badValue(key, place string, err error) *ratchet.Error {
	return ratchet.Errorf(ratchet.CodeConfig, "%s: %s: %s", place, key, err.Error()).At(key).
		WithHint("`ratchet config generate` describes every key")
}

// bad is badValue with the line of the file, where there is one.
func (l *loader) bad(key, origin string, err error) *ratchet.Error {
	line := l.line(origin, key)
	return onLine(badValue(key, place(origin, line), err), line)
}

// wrong is the fault of a key in the merged configuration.
func (c Config) wrong(key, what string) *ratchet.Error {
	source := c.sources[key]
	return onLine(badValue(key, place(source.Origin, source.Line), errors.New(what)), source.Line)
}

func onLine(e *ratchet.Error, line int) *ratchet.Error {
	if line == 0 {
		return e
	}
	return e.With(ratchet.FieldLine, line)
}

// place is where a value was written, as editors read it: PATH:LINE.
func place(origin string, line int) string {
	if line == 0 {
		return origin
	}
	return fmt.Sprintf("%s:%d", origin, line)
}

// located is an error of another package with the place of its key.
func (c Config) located(e *ratchet.Error) *ratchet.Error {
	key, _ := e.Fields[ratchet.FieldPointer].(string)
	source := c.sources[key]
	e.Code, e.Message = ratchet.CodeConfig, place(source.Origin, source.Line)+": "+e.Message
	return onLine(e, source.Line)
}

package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"ratchet"
)

// SyntaxError says why a text is not one JSON value.
type SyntaxError struct {
	Reason  string
	Offset  int    // bytes before the place
	Pointer string // JSON pointer of a key that is there twice; empty for other reasons
}

// Error is the reason with its place.
func (e *SyntaxError) Error() string { return fmt.Sprintf("%s, at byte %d", e.Reason, e.Offset) }

// Position is the place in raw, the text that was checked, as a line and a
// column that count from 1. The column counts bytes.
func (e *SyntaxError) Position(raw []byte) (line, column int) {
	at := max(0, min(e.Offset, len(raw)))
	return 1 + bytes.Count(raw[:at], []byte{'\n'}), at - bytes.LastIndexByte(raw[:at], '\n')
}

// CheckSyntax says what makes raw something other than one JSON value, and
// where: the error is a *SyntaxError. It is strict: text must be UTF-8 without
// lone surrogates, and no object may have a key twice or more than 100,000 keys. Nil
// means valid.
func CheckSyntax(raw []byte) error {
	if at, ok := crowded(raw); ok {
		return &SyntaxError{Reason: fmt.Sprintf("an object has more than %d keys", maxKeys), Offset: at}
	}
	if jsontext.Value(raw).IsValid() { // with a decoder that the library keeps
		return nil
	}
	d := jsontext.NewDecoder(bytes.NewBuffer(raw))
	err := d.SkipValue()
	if err == nil {
		if _, err = d.ReadToken(); errors.Is(err, io.EOF) {
			return nil
		} else if err == nil {
			return &SyntaxError{Reason: "more than one JSON value", Offset: int(d.InputOffset())}
		}
	}
	var at *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &SyntaxError{Reason: "it ends early", Offset: len(raw)}
	case !errors.As(err, &at):
		return &SyntaxError{Reason: "it cannot be read", Offset: int(d.InputOffset())}
	case errors.Is(err, jsontext.ErrDuplicateName):
		pointer := short(string(at.JSONPointer))
		return &SyntaxError{Reason: "the key " + pointer + " is there twice", Offset: int(at.ByteOffset), Pointer: pointer}
	}
	return &SyntaxError{Reason: strings.TrimPrefix(at.Err.Error(), "jsontext: "), Offset: int(at.ByteOffset)}
}

// Refuse is CheckSyntax with an error for callers: one of CodeInvalid that says
// what the text is, e.g. "the body", and has line, column and pointer among its
// fields.
func Refuse(what string, raw []byte) error {
	wrong, ok := errors.AsType[*SyntaxError](CheckSyntax(raw))
	if !ok {
		return nil
	}
	line, column := wrong.Position(raw)
	e := ratchet.Errorf(ratchet.CodeInvalid, "%s is not JSON: %s (line %d, column %d)", what, wrong.Reason, line, column).
		With(ratchet.FieldLine, line).With(ratchet.FieldColumn, column).With("offset", wrong.Offset)
	switch {
	case wrong.Pointer != "":
		return e.At(wrong.Pointer).WithHint("give each key of an object once")
	case strings.HasPrefix(wrong.Reason, "an object has more than"):
		return e.WithHint("send a list of entries, or the data as text")
	case strings.Contains(wrong.Reason, "surrogate"):
		return e.WithHint(`write a character beyond \uffff as itself or as two escapes, such as \ud83d\ude00`)
	}
	return e.WithHint(`send one JSON value in UTF-8, e.g. {"name": "add"}`)
}

func short(text string) string {
	if len(text) > 80 {
		return strings.ToValidUTF8(text[:79], "") + "…"
	}
	return text
}

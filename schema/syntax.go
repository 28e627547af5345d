package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// CheckSyntax says what makes raw something other than one JSON value, and
// where. It is strict: text must be UTF-8 without lone surrogates, and no
// object may have a key twice. Nil means valid.
func CheckSyntax(raw []byte) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(raw))
	err := d.SkipValue()
	if err == nil {
		if _, err = d.ReadToken(); errors.Is(err, io.EOF) {
			return nil
		} else if err == nil {
			return fmt.Errorf("more than one JSON value, at byte %d", d.InputOffset())
		}
	}
	var at *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("it ends early, at byte %d", len(raw))
	case !errors.As(err, &at):
		return errors.New("it cannot be read")
	case errors.Is(err, jsontext.ErrDuplicateName):
		return fmt.Errorf("the key %s is there twice, at byte %d", short(string(at.JSONPointer)), at.ByteOffset)
	}
	return fmt.Errorf("%s, at byte %d", strings.TrimPrefix(at.Err.Error(), "jsontext: "), at.ByteOffset)
}

func short(text string) string {
	if len(text) > 80 {
		return strings.ToValidUTF8(text[:79], "") + "…"
	}
	return text
}

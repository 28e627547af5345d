package storage

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"ratchet"
)

// value reads one filter value as the argument the field's column wants.
func (fd field) value(name string, v any) (any, *ratchet.Error) {
	if v == nil {
		return nil, nil
	}
	wanted := ""
	switch fd.kind {
	case kindText, kindTag, kindTopic:
		if s, ok := textOf(v); ok {
			return []byte(s), nil
		}
		wanted = "a text"
	case kindInt:
		if n, ok := integer(v); ok {
			return n, nil
		}
		wanted = "a whole number"
	case kindFloat:
		if x, ok := number(v); ok {
			if fd.scale != 0 {
				x *= fd.scale
			}
			return x, nil
		}
		wanted = "a number"
	case kindTime:
		if us, ok := instant(v); ok {
			return us, nil
		}
		wanted = "a time such as 2026-01-31T12:00:00Z"
	case kindBool:
		if b, ok := truth(v); ok {
			return b, nil
		}
		wanted = "true or false"
	case kindID, kindTask:
		if n, ok := integer(v); ok {
			return n, nil
		}
		if s, ok := v.(string); ok {
			return []byte(strings.ToLower(s)), nil
		}
		wanted = "a number or a UUID"
	}
	return nil, ratchet.Errorf(ratchet.CodeInvalid, "the field %s wants %s", name, wanted).At("/value")
}

func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case float64, int, int64, bool:
		return fmt.Sprint(v), true
	default:
		return "", false
	}
}

func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int8:
		return int64(v), true
	case int16:
		return int64(v), true
	case int32:
		return int64(v), true
	case int64:
		return v, true
	case uint8:
		return int64(v), true
	case uint16:
		return int64(v), true
	case uint32:
		return int64(v), true
	case uint64:
		return int64(v), v <= math.MaxInt64
	case float64:
		return int64(v), v == math.Trunc(v) && math.Abs(v) < 1<<53
	case json.Number:
		return integer(v.String())
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil
	default:
		return 0, false
	}
}

func number(v any) (float64, bool) {
	if n, ok := integer(v); ok {
		return float64(n), true
	}
	switch v := v.(type) {
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	case json.Number:
		return number(v.String())
	case string:
		x, err := strconv.ParseFloat(v, 64)
		return x, err == nil && !math.IsNaN(x) && !math.IsInf(x, 0)
	default:
		return 0, false
	}
}

// instant reads a time as microseconds: a time.Time, RFC 3339, or a date.
func instant(v any) (int64, bool) {
	if t, ok := v.(time.Time); ok {
		return t.UnixMicro(), true
	}
	s, _ := v.(string)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UnixMicro(), true
		}
	}
	return 0, false
}

func truth(v any) (bool, bool) {
	if b, ok := v.(bool); ok {
		return b, true
	}
	s, _ := v.(string)
	return s == "true", s == "true" || s == "false"
}

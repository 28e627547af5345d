package config

import (
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"ratchet/schema"
)

// Bytes is a size. It is read as a number or as text with a unit: 128MB
// (powers of 1000) or 16MiB (powers of 1024).
type Bytes int64

// String is the number of bytes.
func (b Bytes) String() string { return strconv.FormatInt(int64(b), 10) }

// parse turns a value of the file, the environment or a flag into the type of
// the field.
func (f field) parse(value any) (any, error) {
	switch f.typ {
	case reflect.TypeFor[string]():
		return parseString(value)
	case reflect.TypeFor[bool]():
		return parseBool(value)
	case reflect.TypeFor[int]():
		n, err := parseInt(value)
		return int(n), err
	case reflect.TypeFor[float64]():
		return parseNumber(value)
	case reflect.TypeFor[time.Duration]():
		return parseDuration(value)
	case reflect.TypeFor[Bytes]():
		return parseBytes(value)
	case reflect.TypeFor[[]string]():
		return parseList(value, parseString)
	case reflect.TypeFor[[]int]():
		return parseList(value, func(v any) (int, error) {
			n, err := parseInt(v)
			return int(n), err
		})
	default:
		return nil, fmt.Errorf("no reader for %s", f.typ)
	}
}

func parseString(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case int, int64, uint64, float64, bool:
		return fmt.Sprint(v), nil
	default:
		return "", fmt.Errorf("want text, got %s", kindOf(value))
	}
}

func parseBool(value any) (bool, error) {
	switch v := value.(type) {
	case bool:
		return v, nil
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "true", "1", "yes", "on":
			return true, nil
		case "false", "0", "no", "off":
			return false, nil
		}
	}
	return false, fmt.Errorf("want true or false, got %s", kindOf(value))
}

func parseInt(value any) (int64, error) {
	switch v := value.(type) {
	case int:
		return int64(v), nil
	case int64:
		return v, nil
	case uint64:
		if v <= math.MaxInt64 {
			return int64(v), nil
		}
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v), nil
		}
	case string:
		if n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64); err == nil {
			return n, nil
		}
	}
	return 0, fmt.Errorf("want a whole number, got %s", kindOf(value))
}

func parseNumber(value any) (float64, error) {
	text, err := parseString(value)
	if err == nil {
		var n float64
		if n, err = strconv.ParseFloat(strings.TrimSpace(text), 64); err == nil && !math.IsNaN(n) {
			return n, nil
		}
	}
	return 0, fmt.Errorf("want a number, got %s", kindOf(value))
}

func parseDuration(value any) (time.Duration, error) {
	bad := fmt.Errorf("want seconds or a duration such as 90s or 5m, got %s", kindOf(value))
	var seconds float64
	switch v := value.(type) {
	case int:
		seconds = float64(v)
	case int64:
		seconds = float64(v)
	case float64:
		seconds = v
	case string:
		if d, err := time.ParseDuration(strings.TrimSpace(v)); err == nil && d >= 0 {
			return d, nil
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		if err != nil {
			return 0, bad
		}
		seconds = n
	default:
		return 0, bad
	}
	if !(seconds >= 0 && seconds <= 365*24*3600) {
		return 0, fmt.Errorf("want between 0 and a year, got %s", kindOf(value))
	}
	return time.Duration(seconds * float64(time.Second)), nil
}

func parseBytes(value any) (Bytes, error) {
	text, ok := value.(string)
	if !ok {
		n, err := parseInt(value)
		return Bytes(n), err
	}
	text = strings.TrimSpace(text)
	units := []struct {
		suffix string
		factor float64
	}{
		{"KiB", 1 << 10},
		{"MiB", 1 << 20},
		{"GiB", 1 << 30},
		{"KB", 1e3},
		{"MB", 1e6},
		{"GB", 1e9},
		{"B", 1},
	}
	factor := 1.0
	for _, u := range units {
		if len(text) > len(u.suffix) && strings.EqualFold(text[len(text)-len(u.suffix):], u.suffix) {
			text, factor = strings.TrimSpace(text[:len(text)-len(u.suffix)]), u.factor
			break
		}
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= 0 && n*factor < 1<<53) {
		return 0, fmt.Errorf("want bytes such as 40000, 128MB or 16MiB, got %s", kindOf(value))
	}
	return Bytes(n * factor), nil
}

// parseList reads a list, a JSON list as text, or text with commas.
func parseList[T any](value any, one func(any) (T, error)) ([]T, error) {
	var items []any
	switch v := value.(type) {
	case []any:
		items = v
	case string:
		if strings.HasPrefix(strings.TrimSpace(v), "[") {
			if err := schema.CheckSyntax([]byte(v)); err != nil {
				return nil, fmt.Errorf("want a list, got broken JSON: %w", err)
			}
			if err := json.Unmarshal([]byte(v), &items); err != nil {
				return nil, fmt.Errorf("want a list, got broken JSON")
			}
			break
		}
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				items = append(items, part)
			}
		}
	default:
		items = []any{v}
	}
	list := make([]T, 0, len(items))
	for _, item := range items {
		parsed, err := one(item)
		if err != nil {
			return nil, err
		}
		list = append(list, parsed)
	}
	return list, nil
}

// asNetworks writes single addresses as networks: 127.0.0.1 is 127.0.0.1/32.
func asNetworks(list []string) []string {
	out := slices.Clone(list)
	for i, text := range out {
		if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" {
			out[i] = netip.PrefixFrom(addr, addr.BitLen()).String()
		}
	}
	return out
}

// kindOf names a value for an error message; text is shown, cut to 60 bytes.
func kindOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "nothing"
	case string:
		if len(v) > 60 {
			v = v[:60] + "…"
		}
		return strconv.Quote(v)
	case map[string]any:
		return "a group of keys"
	case []any:
		return "a list"
	default:
		return fmt.Sprint(v)
	}
}

package storage

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/vmihailenco/msgpack/v5"

	"ratchet"
)

// statuses by their number in the database; the order is that of life.
func statuses() []ratchet.Status {
	return []ratchet.Status{
		ratchet.StatusPending, ratchet.StatusRunning, ratchet.StatusCompleted,
		ratchet.StatusFailed, ratchet.StatusCancelled, ratchet.StatusTimedOut,
	}
}

// firstTerminal is the number of the first terminal status.
const firstTerminal = 2

// origins by their number in the database.
func origins() []ratchet.Origin {
	return []ratchet.Origin{ratchet.OriginDirect, ratchet.OriginTest, ratchet.OriginRetry, ratchet.OriginExternal, ratchet.OriginFork}
}

func statusNumber(s ratchet.Status) (int64, error) {
	if i := slices.Index(statuses(), s); i >= 0 {
		return int64(i), nil
	}
	return 0, ratchet.Errorf(ratchet.CodeInvalid, "%q is not a status", s).With(ratchet.FieldAllowed, statuses())
}

func statusName(n int64) ratchet.Status {
	if n < 0 || n >= int64(len(statuses())) {
		return ratchet.StatusFailed
	}
	return statuses()[n]
}

func originNumber(o ratchet.Origin) int64 { return int64(max(0, slices.Index(origins(), o))) }

func originName(n int64) ratchet.Origin {
	if n < 0 || n >= int64(len(origins())) {
		return ratchet.OriginDirect
	}
	return origins()[n]
}

// micro is a time as stored: 0 for the zero time, which columns hold as NULL.
func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// orNull is v as an argument, NULL for 0.
func orNull(v int64) any {
	if v == 0 {
		return nil
	}
	return v
}

// timeOf reads a stored time; zero for 0.
func timeOf(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// text is a string as an argument: a BLOB, NULL for the empty string.
func text(s string) any {
	if s == "" {
		return nil
	}
	return []byte(s)
}

// bytesOf is bytes as an argument: NULL for nil.
func bytesOf(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

// pack encodes our own structures; strings and raw JSON in them stay exact.
func pack(v any) ([]byte, error) {
	data, err := msgpack.Marshal(v)
	if err != nil {
		return nil, ratchet.Errorf(ratchet.CodeInternal, "a value cannot be stored").Wrap(err)
	}
	return data, nil
}

func unpack(data []byte, v any) error {
	if err := msgpack.Unmarshal(data, v); err != nil {
		return damaged(err.Error())
	}
	return nil
}

// damaged is for rows that this program cannot have written.
func damaged(detail string) error {
	return ratchet.Errorf(ratchet.CodeInternal, damagedMessage).
		WithHint("restore the data directory from a backup").Wrap(errors.New(detail))
}

func decimal(n int) string { return strconv.Itoa(n) }

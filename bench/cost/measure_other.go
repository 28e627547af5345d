//go:build !linux

package cost

import (
	"context"
	"errors"
)

func (t *target) measure(context.Context, request) (spent, error) {
	return spent{}, errors.New("the CPU time of another process is read from /proc, which only Linux has")
}

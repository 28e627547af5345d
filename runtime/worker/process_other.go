//go:build !linux

package worker

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// pipe returns a pipe that children do not inherit.
func pipe() (r, w *os.File, err error) {
	if r, w, err = os.Pipe(); err != nil {
		return nil, nil, fmt.Errorf("make a pipe: %w", err)
	}
	return r, w, nil
}

// unread is unknown here: a run whose worker dies is taken to have begun.
func unread(*os.File) int { return 0 }

// attributes are none: a child learns of its parent's end by the end of stdin.
func attributes(bool) *syscall.SysProcAttr { return nil }

// gauge cannot read another process here: the limits of the child's own watch
// and the wall clock hold alone.
type gauge struct{}

func newGauge(int) gauge          { return gauge{} }
func (*gauge) close()             {}
func (*gauge) resident() uint64   { return 0 }
func (*gauge) cpu() time.Duration { return 0 }

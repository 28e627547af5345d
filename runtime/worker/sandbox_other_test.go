//go:build !linux

package worker

import "context"

// programs are what the test binary can be instead of a test, by argument.
func programs() map[string]func() error {
	return map[string]func() error{Argument: func() error { return Serve(context.Background()) }}
}

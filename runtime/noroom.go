package runtime

import (
	"errors"
	"fmt"

	"ratchet/spool"
)

// NoRoom is what a script sees when its server has no room for a body. False =
// err says something else.
func NoRoom(err error) (*CallError, bool) {
	full, ok := errors.AsType[*spool.FullError](err)
	switch {
	case errors.Is(err, spool.ErrReleased):
		return &CallError{Class: "NetworkError", Code: "aborted", Message: "the request was aborted, because the run has ended"}, true
	case !ok:
		return nil, false
	case full.Key == "":
		return &CallError{
			Class: "ServiceUnavailableError", Code: "body_space",
			Message: "the server has no disk space for the body; try again later, and have the operator free space in the data directory",
		}, true
	case full.Passing():
		return &CallError{
			Class: "ServiceUnavailableError", Code: "body_budget",
			Message: fmt.Sprintf("the bodies of all runs together are at the server's limit of %d bytes (%s); try again later", full.Limit, full.Key),
		}, true
	default:
		return &CallError{
			Class: "DataError", Code: "body_budget",
			Message: fmt.Sprintf("the bodies that this run holds at the same time are larger than %d bytes (%s): fetch fewer at once or smaller parts; the operator can raise the limit",
				full.Limit, full.Key),
		}, true
	}
}

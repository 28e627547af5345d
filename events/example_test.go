package events_test

import (
	"fmt"

	"ratchet/events"
)

func ExampleNewSet() {
	set, err := events.NewSet(events.All()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	kind, known := set.Find(events.ExecutionProgress)
	fmt.Println(kind.Name, known)
	// Output: execution.progress true
}

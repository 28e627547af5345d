package casing_test

import (
	"fmt"

	"ratchet/casing"
)

func Example() {
	fmt.Println(casing.Camel("task_id"), casing.Snake("expectedOutput"))
	// Output: taskId expected_output
}

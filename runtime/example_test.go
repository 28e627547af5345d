package runtime_test

import (
	"context"
	"encoding/json"
	"fmt"

	"ratchet/runtime"
)

func ExampleRun() {
	out := runtime.Run(context.Background(), runtime.Job{
		Source: runtime.Source{Code: "export default ({ a, b }: { a: number; b: number }) => ({ sum: a + b })", Language: "typescript"},
		Input:  json.RawMessage(`{"a": 1, "b": 2}`),
	}, runtime.Hooks{})
	fmt.Println(string(out.Output), out.Err)
	// Output: {"sum":3} <nil>
}

package weburl_test

import (
	"fmt"

	"ratchet/runtime/weburl"
)

func ExampleParse() {
	base, _ := weburl.Parse("https://example.com/a/b", nil)
	u, ok := weburl.Parse("../c?d=1", base)
	fmt.Println(ok, u.Parts()[0])
	// Output: true https://example.com/c?d=1
}

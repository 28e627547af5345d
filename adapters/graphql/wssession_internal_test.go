package graphql

import (
	"strings"
	"testing"
)

// TestIDsAreUsedAgain: what is left of an operation that has ended is not taken
// for one of the next with its id, in either direction.
func TestIDsAreUsedAgain(t *testing.T) {
	c := wsSession{init: true, acked: true, open: map[string]string{}}
	hear := func(text string) string {
		t.Helper()
		pass, fault := c.receive(true, []byte(text))
		if fault != nil {
			t.Fatal(fault.reason)
		}
		return string(pass)
	}
	const follow = `{"id":"1","type":"subscribe","payload":{"query":"{ __typename }"}}`
	idOf := func(subscribed string) string { return strings.Split(subscribed, `"`)[3] }
	first := idOf(hear(follow))
	if got := hear(`{"id":"1","type":"complete"}`); idOf(got) != first {
		t.Errorf("the transport ends %s, not %s", got, first)
	}
	if got := hear(`{"id":"1","type":"complete"}`); got != "" {
		t.Errorf("what has ended is ended again: %s", got)
	}
	second := idOf(hear(follow))
	for _, late := range []string{"next", "complete"} {
		if got := c.say([]byte(`{"id":"` + first + `","type":"` + late + `","payload":{}}`)); got != nil {
			t.Errorf("a late %s of the first operation is told: %s", late, got)
		}
	}
	if got := string(c.say([]byte(`{"id":"` + second + `","type":"next","payload":{"data":1}}`))); got != `{"id":"1","type":"next","payload":{"data":1}}` {
		t.Errorf("the second operation says %s", got)
	}
	if got := hear(`{"id":"1","type":"complete"}`); idOf(got) != second {
		t.Errorf("the transport ends %s, not %s", got, second)
	}
}

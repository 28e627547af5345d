package runtime

import (
	"context"
	"fmt"
	"testing"
)

// Calls are answered by method, URL and occurrence, also where the recorded
// URL has a secret in it, and however many there are.
func TestTapeHost_order(t *testing.T) {
	recorded := func(method, url string, status int) TapeCall {
		return TapeCall{
			Call:  HostCall{Kind: CallFetch, Fetch: &FetchRequest{Method: method, URL: url}},
			Reply: HostReply{Fetch: &FetchResponse{Status: status}},
		}
	}
	calls := []TapeCall{
		recorded("GET", "http://h/a", 201),
		recorded("GET", "http://h/"+Redacted, 202),
		recorded("GET", "http://h/a", 203),
		recorded("POST", "http://h/a", 204),
		{Call: HostCall{Kind: CallSecret, Secret: "gone"}, Reply: HostReply{Error: &CallError{Class: "ConfigurationError"}}},
		{Call: HostCall{Kind: CallFetch, Fetch: &FetchRequest{Method: "GET", URL: "http://h/unanswered"}}},
	}
	const many = 20_000
	for i := range many {
		calls = append(calls, recorded("GET", fmt.Sprint("http://h/", i), 200+i%100))
	}
	h := NewTapeHost(calls, nil)
	ask := func(method, url string) int {
		reply, err := h.Call(context.Background(), HostCall{Kind: CallFetch, Fetch: &FetchRequest{Method: method, URL: url}})
		if err != nil {
			return 0
		}
		return reply.Fetch.Status
	}
	for i, want := range []int{201, 202, 203, 0} { // the second is the one whose URL could be anything
		if got := ask("GET", "http://h/a"); got != want {
			t.Errorf("call %d: %d, want %d", i, got, want)
		}
	}
	if ask("POST", "http://h/a") != 204 || ask("POST", "http://h/a") != 0 || ask("GET", "http://h/unanswered") != 0 {
		t.Error("a call was answered by another one")
	}
	for i := many - 1; i >= 0; i-- {
		if got := ask("GET", fmt.Sprint("http://h/", i)); got != 200+i%100 {
			t.Fatalf("call %d: %d", i, got)
		}
	}
	if r, err := h.Call(context.Background(), HostCall{Kind: CallSecret, Secret: "gone"}); err != nil || r.Error == nil {
		t.Errorf("a secret that was not to be had: %+v %v", r, err)
	}
	if len(h.Unmatched()) != 3 {
		t.Errorf("unmatched: %v", h.Unmatched())
	}
}

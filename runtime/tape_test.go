package runtime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"ratchet"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && strings.Contains(strings.Join(os.Args, " "), "-test.fuzzworker") {
		os.Exit(m.Run())
	}
	goleak.VerifyTestMain(m)
}

// echoHost answers fetches with their URL after the delay in their body.
type echoHost struct{}

func (echoHost) Call(ctx context.Context, c HostCall) (HostReply, error) {
	if c.Kind == CallSecret {
		return HostReply{Secret: "value of " + c.Secret}, nil
	}
	return HostReply{Fetch: &FetchResponse{Status: 200, URL: c.Fetch.URL, Body: []byte(c.Fetch.URL), Header: [][2]string{{"content-type", "text/plain"}}}}, nil
}

// gatedHost answers when it is closed.
type gatedHost chan struct{}

func (g gatedHost) Call(ctx context.Context, c HostCall) (HostReply, error) {
	<-g
	return echoHost{}.Call(ctx, c)
}

func TestRecorder(t *testing.T) {
	rec := NewRecorder(echoHost{})
	job := Job{
		Source: Source{Code: `async function main(input, context) {
			const secret = context.secrets.get('key');
			const now = Date.now();
			await new Promise((r) => setTimeout(r, 1));
			progress(1);
			return [secret, typeof now];
		}`}, Secrets: []string{"key"}, Seed: [32]byte{1, 2, 3},
	}
	out := Run(context.Background(), job, Hooks{Host: rec})
	if out.Err != nil || string(out.Output) != `["value of key","number"]` {
		t.Fatalf("%s %+v", out.Output, out.Err)
	}
	merged, err := rec.Merge(out.Tape)
	if err != nil {
		t.Fatal(err)
	}
	tape, err := DecodeTape(merged)
	if err != nil || !tape.Complete || len(tape.Calls) != 1 {
		t.Fatalf("%+v %v", tape, err)
	}
	if c := tape.Calls[0]; c.Call.Secret != "key" || c.Reply.Secret != "" {
		t.Errorf("the secret's call: %+v", c)
	}
	var kinds []TapeKind
	for _, e := range tape.Events {
		kinds = append(kinds, e.Kind)
	}
	want := []TapeKind{TapeIssue, TapeDone, TapeNow, TapeTimer, TapeProgress, TapeEnd}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if lost, err := rec.Merge(nil); err != nil {
		t.Error(err)
	} else if tape, err := DecodeTape(lost); err != nil || tape.Complete || len(tape.Calls) != 1 {
		t.Errorf("tape of a dead worker: %+v %v", tape, err)
	}
}

func TestRun_fetchLimit(t *testing.T) {
	job := Job{Source: Source{Code: `async function main() {
		const started = Array.from({length: 10}, (_, i) => fetch('http://h/' + i));
		progress(1);
		const all = await Promise.allSettled(started);
		return all.filter((r) => r.status === 'rejected').map((r) => r.reason.name);
	}`}, Limits: Limits{FetchRunning: 2, FetchWaiting: 6}}
	gate := make(gatedHost)
	out := Run(context.Background(), job, Hooks{Host: gate, Progress: func(ratchet.Progress) { close(gate) }})
	if out.Err != nil || string(out.Output) != `["RateLimitError","RateLimitError"]` {
		t.Errorf("%s %+v", out.Output, out.Err)
	}
}

func TestRun_stop(t *testing.T) {
	stop := make(chan struct{})
	close(stop)
	job := Job{Source: Source{Code: `function main(input, context) {
		return new Promise((resolve) => {
			context.signal.addEventListener('abort', () => resolve('stopped'));
			setTimeout(resolve, 60000, 'late');
		});
	}`}}
	if out := Run(context.Background(), job, Hooks{Stop: stop}); string(out.Output) != `"stopped"` {
		t.Errorf("%s %+v", out.Output, out.Err)
	}
}

func TestRun_mockedClock(t *testing.T) {
	at := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	job := Job{Clock: at.UnixMicro(), Source: Source{Code: `async function main() {
		const start = new Date().toISOString();
		await new Promise((r) => setTimeout(r, 3600000));
		return [start, new Date().toISOString()];
	}`}}
	want := `["2030-01-02T03:04:05.000Z","2030-01-02T04:04:05.000Z"]`
	if out := Run(context.Background(), job, Hooks{}); string(out.Output) != want {
		t.Errorf("%s %+v", out.Output, out.Err)
	}
}

func TestTape_limits(t *testing.T) {
	tape := &Tape{Complete: true}
	for i := range 1000 {
		tape.Events = append(tape.Events, TapeEvent{Kind: TapeTimer, ID: int64(i), At: int64(i * 10)})
	}
	got, err := DecodeTape(EncodeTape(tape, 1000))
	if err != nil || got.Complete || len(got.Events) == 0 || len(got.Events) == 1000 {
		t.Errorf("%d events, complete %t, %v", len(got.Events), got.Complete, err)
	}
}

func FuzzDecodeTape(f *testing.F) {
	f.Add(EncodeTape(&Tape{Complete: true, Events: []TapeEvent{{Kind: TapeNow, At: 5, Value: 7}}, Calls: []TapeCall{
		{Call: HostCall{Seq: 1, Kind: CallFetch, Fetch: &FetchRequest{Method: "GET", URL: "u", Header: [][2]string{{"a", "b"}}, Body: []byte{}}}, Reply: HostReply{Fetch: &FetchResponse{Status: 200}}},
		{Call: HostCall{Seq: 2, Kind: CallSecret, Secret: "s"}, Reply: HostReply{Error: &CallError{Class: "DataError"}}},
	}}, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		tape, err := DecodeTape(b)
		if err != nil {
			if !errors.Is(err, ErrTape) {
				t.Fatal(err)
			}
			return
		}
		again, err := DecodeTape(EncodeTape(tape, 0))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fmt.Sprint(tape), fmt.Sprint(again)); diff != "" && !strings.Contains(diff, "0x") {
			t.Fatal(diff)
		}
	})
}

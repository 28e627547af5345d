package runtime

import (
	"context"
	"strings"
	"testing"
	"time"
)

// lateHost answers with the delay, in minutes, that the URL ends with.
type lateHost struct{}

func (lateHost) Call(_ context.Context, c HostCall) (HostReply, error) {
	name := c.Fetch.URL[strings.LastIndexByte(c.Fetch.URL, '/')+1:]
	return HostReply{
		Delay: time.Duration(len(name)) * time.Minute,
		Fetch: &FetchResponse{Status: 200, URL: c.Fetch.URL, Body: []byte(name)},
	}, nil
}

func TestRun_delaysOnAMockedClock(t *testing.T) {
	tests := map[string]struct{ code, want string }{
		"await": {`async function main() {
			const start = Date.now();
			await fetch('http://a.example/mmm');
			return (Date.now() - start) / 60000;
		}`, `3`},
		"order among timers": {`async function main() {
			const seen = [];
			const late = fetch('http://a.example/mm').then(() => seen.push('fetch 2'));
			const later = fetch('http://a.example/mmmm').then(() => seen.push('fetch 4'));
			const timer = (m) => new Promise((r) => setTimeout(() => { seen.push('timer ' + m); r(); }, m * 60000));
			await Promise.all([late, later, timer(1), timer(3), timer(5)]);
			return seen.join();
		}`, `"timer 1,fetch 2,timer 3,fetch 4,timer 5"`},
		"in place": {`function main() {
			const start = Date.now();
			const body = fetch('http://a.example/mm').body;
			return [typeof body, (Date.now() - start) / 60000];
		}`, `["string",2]`},
		"out of the script's reach": {`async function main() {
			const start = Date.now();
			const late = fetch('http://a.example/m');
			for (let i = -10; i < 10; i++) clearTimeout(i);
			await late;
			return (Date.now() - start) / 60000;
		}`, `1`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			job := Job{Clock: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC).UnixMicro(), Source: Source{Code: test.code}}
			out := Run(t.Context(), job, Hooks{Host: lateHost{}})
			if out.Err != nil || string(out.Output) != test.want {
				t.Errorf("%s %+v, want %s", out.Output, out.Err, test.want)
			}
		})
	}
}

func TestRun_delayIsIgnoredByTheRealClock(t *testing.T) {
	job := Job{Source: Source{Code: `async function main() { return (await fetch('http://a.example/mmmm')).status; }`}}
	if out := Run(t.Context(), job, Hooks{Host: lateHost{}}); string(out.Output) != "200" {
		t.Errorf("%s %+v", out.Output, out.Err)
	}
}

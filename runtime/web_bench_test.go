package runtime

import (
	"context"
	"testing"
)

// staticHost answers every call at once.
type staticHost struct{}

func (staticHost) Call(_ context.Context, c HostCall) (HostReply, error) {
	return HostReply{Fetch: &FetchResponse{
		Status: 200, StatusText: "OK", URL: c.Fetch.URL,
		Header: [][2]string{{"content-type", "application/json"}}, Body: []byte(`{"id":1}`),
	}}, nil
}

func benchmarkSource(b *testing.B, code string) {
	job := Job{Source: Source{Code: code, Hash: b.Name()}, Input: []byte(`{"a":1}`)}
	b.ReportAllocs()
	for b.Loop() {
		if out := Run(context.Background(), job, Hooks{Host: staticHost{}}); out.Err != nil {
			b.Fatal(out.Err)
		}
	}
}

// BenchmarkInstall measures the environment alone: nothing asked for, every
// patch put in place, and one patch used.
func BenchmarkInstall(b *testing.B) {
	b.Run("nothing", func(b *testing.B) { benchmarkSource(b, "function main(i) { return i }") })
	b.Run("patches", func(b *testing.B) { benchmarkSource(b, "function main(i) { return i['a'] }") })
	b.Run("locale", func(b *testing.B) { benchmarkSource(b, "function main(i) { return i.a.toLocaleString() }") })
	b.Run("url", func(b *testing.B) { benchmarkSource(b, "function main(i) { return new URL('http://a/b').href }") })
}

// BenchmarkFetch measures a run with one fetch, and the cost of each of 100.
func BenchmarkFetch(b *testing.B) {
	b.Run("first", func(b *testing.B) {
		benchmarkSource(b, "async function main() { return (await fetch('http://a/')).body.id }")
	})
	b.Run("hundred", func(b *testing.B) {
		benchmarkSource(b, "async function main() { let n = 0; for (let i = 0; i < 100; i++) n += (await fetch('http://a/')).body.id; return n }")
	})
}

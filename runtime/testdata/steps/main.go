// Command steps runs JavaScript programs and counts what the engine and the
// host functions do for each: how often every block of their Go code runs. It
// is built with -cover -covermode=atomic. It reads a JSON array of programs and
// writes one of numbers.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"runtime/coverage"

	"ratchet/runtime"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "steps:", err)
		os.Exit(1)
	}
}

func run() error {
	var programs []string
	if err := json.NewDecoder(os.Stdin).Decode(&programs); err != nil {
		return err
	}
	counts := make([]uint64, len(programs))
	for i, code := range programs {
		if err := coverage.ClearCounters(); err != nil {
			return err
		}
		out := runtime.Run(context.Background(), runtime.Job{Source: runtime.Source{Code: code}, Limits: runtime.Limits{Memory: 1 << 30}}, runtime.Hooks{Host: host{}})
		if out.Err != nil {
			return fmt.Errorf("%s: %+v", code, out.Err)
		}
		var counters bytes.Buffer
		if err := coverage.WriteCounters(&counters); err != nil {
			return err
		}
		var err error
		if counts[i], err = sum(counters.Bytes()); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(counts)
}

// host answers every fetch with its body.
type host struct{}

func (host) Call(_ context.Context, c runtime.HostCall) (runtime.HostReply, error) {
	if c.Fetch == nil {
		return runtime.HostReply{Secret: "value"}, nil
	}
	return runtime.HostReply{Fetch: &runtime.FetchResponse{Status: 200, URL: c.Fetch.URL, Header: c.Fetch.Header, Body: c.Fetch.Body}}, nil
}

// sum adds the counters of a counter file of Go's coverage: a header of 32
// bytes, then a segment of functions, each with its number of counters, its
// package, its number and the counters, all as varints or as 32 bits.
func sum(b []byte) (total uint64, err error) {
	const header, segment = 32, 16
	if len(b) < header+segment || string(b[:4]) != "\x00cwm" {
		return 0, fmt.Errorf("not a counter file: % x", b[:min(len(b), 8)])
	}
	varints := b[24] == 2
	functions := binary.LittleEndian.Uint64(b[header:])
	names, args := binary.LittleEndian.Uint32(b[header+8:]), binary.LittleEndian.Uint32(b[header+12:])
	at := header + segment + int(names) + int(args)
	at = (at + 3) &^ 3
	next := func() (v uint64) {
		if varints {
			v, n := binary.Uvarint(b[at:])
			at += n
			return v
		}
		v = uint64(binary.LittleEndian.Uint32(b[at:]))
		at += 4
		return v
	}
	for range functions {
		n := next()
		next()
		next()
		for range n {
			total += next()
		}
	}
	return total, nil
}

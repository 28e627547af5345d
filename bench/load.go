package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// rate is the result of one load: calls per second and latencies.
type rate struct {
	perSecond float64
	p50, p99  time.Duration
	failed    int64
}

// caller makes one call; it is used by one goroutine at a time.
type caller func(ctx context.Context) error

// measure lets every caller call as fast as it can for d and adds up.
func measure(ctx context.Context, d time.Duration, callers []caller) rate {
	ctx, cancel := context.WithTimeout(ctx, d+10*time.Second)
	defer cancel()
	var failed atomic.Int64
	times := make([][]time.Duration, len(callers))
	var wg sync.WaitGroup
	start := time.Now()
	for i, call := range callers {
		wg.Go(func() {
			for time.Since(start) < d {
				before := time.Now()
				if err := call(ctx); err != nil {
					if failed.Add(1) == 1 {
						fmt.Println("  first failure:", err)
					}
					return
				}
				times[i] = append(times[i], time.Since(before))
			}
		})
	}
	wg.Wait()
	elapsed := time.Since(start)
	all := slices.Concat(times...)
	if len(all) == 0 {
		return rate{failed: failed.Load()}
	}
	slices.Sort(all)
	return rate{
		perSecond: float64(len(all)) / elapsed.Seconds(),
		p50:       all[len(all)/2],
		p99:       all[len(all)*99/100],
		failed:    failed.Load(),
	}
}

const initialize = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}`

// httpCaller opens an MCP session at url and returns a caller of one tool in it.
func httpCaller(ctx context.Context, client *http.Client, url, tool, arguments string) (caller, error) {
	_, header, err := post(ctx, client, url, "", []byte(initialize))
	if err != nil {
		return nil, err
	}
	session := header.Get("Mcp-Session-Id")
	if _, _, err := post(ctx, client, url, session, []byte(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)); err != nil {
		return nil, err
	}
	id := 0
	return func(ctx context.Context) error {
		id++
		answer, _, err := post(ctx, client, url, session, request(id, tool, arguments))
		if err != nil {
			return err
		}
		return check(answer)
	}, nil
}

func request(id int, tool, arguments string) []byte {
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, id, tool, arguments)
}

func post(ctx context.Context, client *http.Client, url, session string, body []byte) ([]byte, http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	if session != "" {
		req.Header.Set("Mcp-Session-Id", session)
		req.Header.Set("Mcp-Protocol-Version", "2025-11-25")
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= 300 {
		err = fmt.Errorf("status %d: %s", res.StatusCode, answer)
	}
	return answer, res.Header, err
}

// check refuses an answer that is not a successful tool result.
func check(answer []byte) error {
	if i := bytes.Index(answer, []byte("data: ")); i >= 0 && !bytes.HasPrefix(answer, []byte("{")) {
		answer = answer[i+len("data: "):]
	}
	if !bytes.Contains(answer, []byte(`"result"`)) || bytes.Contains(answer, []byte(`"isError":true`)) {
		return fmt.Errorf("answer is not a result: %.300s", answer)
	}
	return nil
}

// stdioServer is a child that speaks MCP on its pipes.
type stdioServer struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
	id  int
}

func startStdio(cmd *exec.Cmd) (*stdioServer, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &stdioServer{cmd: cmd, in: in, out: bufio.NewReaderSize(out, 1<<20)}
	if _, err := s.roundTrip([]byte(initialize)); err != nil {
		return nil, err
	}
	_, err = s.in.Write([]byte(`{"jsonrpc":"2.0","method":"notifications/initialized"}` + "\n"))
	return s, err
}

// roundTrip writes one line and returns the next answer, skipping notifications.
func (s *stdioServer) roundTrip(line []byte) ([]byte, error) {
	if _, err := s.in.Write(append(line, '\n')); err != nil {
		return nil, err
	}
	for {
		answer, err := s.out.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		var head struct{ ID json.RawMessage }
		if json.Unmarshal(answer, &head) == nil && len(head.ID) > 0 {
			return answer, nil
		}
	}
}

func (s *stdioServer) caller(tool, arguments string) caller {
	return func(context.Context) error {
		s.id++
		answer, err := s.roundTrip(request(s.id, tool, arguments))
		if err != nil {
			return err
		}
		return check(answer)
	}
}

func (s *stdioServer) stop() {
	s.in.Close()
	_ = s.cmd.Wait()
}

package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// pump reads the lines of a stdio connection. It answers plain calls itself,
// refuses lines that are no messages, and hands the SDK all others.
type pump struct {
	b     *binding
	offer *offer
	in    io.Reader
	sdk   *io.PipeWriter
	out   *lockedWriter
	limit int // bytes of a line

	era      atomic.Pointer[string] // version of the client's first request; nil = the SDK knows no client yet
	draining atomic.Bool
	calls    running
	wg       sync.WaitGroup
}

// opened notes that the SDK knows the client.
func (p *pump) opened(params *mcp.InitializeParams) {
	if params != nil && p.era.Load() == nil {
		p.era.Store(&params.ProtocolVersion)
	}
}

// wait returns when no plain call is running.
func (p *pump) wait() { p.wg.Wait() }

func (p *pump) run(ctx context.Context) {
	lines := bufio.NewReaderSize(p.in, 64<<10)
	for {
		line, long, err := p.next(lines)
		switch body := bytes.TrimSpace(line); {
		case long:
			p.refuse(nil, jsonrpc.CodeInvalidRequest, fmt.Sprintf("the message is longer than %d bytes", p.limit))
		case len(body) == 0:
		case !json.Valid(body):
			p.refuse(nil, jsonrpc.CodeParseError, "the line is not JSON")
		case !p.take(ctx, body):
			if _, err := p.sdk.Write(append(body, '\n')); err != nil {
				return // the SDK ended the connection
			}
		}
		if err != nil {
			p.wg.Wait() // the input's end is not the end of the answers
			if errors.Is(err, io.EOF) {
				err = nil
			}
			_ = p.sdk.CloseWithError(err)
			return
		}
	}
}

// next reads a line; one that is too long is skipped. The line is valid until
// the next call.
func (p *pump) next(lines *bufio.Reader) (line []byte, long bool, err error) {
	line, err = lines.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, false, err
	}
	whole := bytes.Clone(line)
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = lines.ReadSlice('\n')
		if long = long || len(whole)+len(line) > p.limit; !long {
			whole = append(whole, line...)
		}
	}
	return whole, long, err
}

// take handles a line that needs nothing of the SDK.
func (p *pump) take(ctx context.Context, line []byte) bool {
	msg, ok := decodeMessage(line)
	if !ok {
		return false
	}
	if p.draining.Load() && msg.id != nil {
		p.refuse(msg.id, codeShutdown, "the server is shutting down")
		return true
	}
	if id, ok := msg.cancels(); ok {
		return p.calls.cancel(id)
	}
	era := p.era.Load()
	call, ok := msg.plain()
	if !ok || era == nil || call.version == "" && *era >= modernEra {
		return false
	}
	tool, ok := p.offer.takes(call)
	if !ok {
		return false
	}
	call.id, call.args = bytes.Clone(call.id), bytes.Clone(call.args)
	ctx, end, ok := p.calls.begin(ctx, call.id)
	if !ok {
		p.refuse(call.id, jsonrpc.CodeInvalidRequest, "duplicate in-flight request ID "+string(call.id))
		return true
	}
	p.wg.Go(func() {
		defer end()
		buf := p.b.plain(ctx, p.offer, tool, call, newRequestID())
		buf.WriteByte('\n')
		_, _ = p.out.Write(buf.Bytes()) // the client went away: nobody to tell
	})
	return true
}

func (p *pump) refuse(id json.RawMessage, code int, message string) {
	line := toJSON(map[string]any{"jsonrpc": "2.0", "id": id, "error": map[string]any{"code": code, "message": message}})
	_, _ = p.out.Write(append(line, '\n')) // as above
}

package mcp

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/reply"
	"ratchet/schema"
)

// stdioReader reads the lines of a stdio connection. It answers plain calls itself,
// refuses lines that are no messages, and hands the SDK all others.
type stdioReader struct {
	server   *Server
	selected *sdkServer
	in       io.Reader
	sdk      *io.PipeWriter
	out      *lockedWriter
	limit    int // bytes of a line

	ended    func() error           // not nil once the connection is over
	era      atomic.Pointer[string] // version of the client's first request; nil = the SDK knows no client yet
	gate     sync.RWMutex           // held while a line is taken, so that the end of the taking is sharp
	draining bool                   // guarded by gate
	turn     chan *bufio.Reader     // hands the reading over
	over     chan struct{}          // closed when reading has ended
	once     sync.Once              // of the end of the reading
	idle     atomic.Int32           // goroutines that wait for a turn
	calls    running
	unwanted unwanted
	wg       sync.WaitGroup
}

// opened notes that the SDK knows the client.
func (p *stdioReader) opened(params *mcp.InitializeParams) {
	if params != nil && p.era.Load() == nil {
		p.era.Store(&params.ProtocolVersion)
	}
}

// wait returns when no plain call is running.
func (p *stdioReader) wait() { p.wg.Wait() }

// drain ends the taking of requests: each was taken before and is counted, or is refused.
func (p *stdioReader) drain() {
	p.gate.Lock()
	defer p.gate.Unlock()
	p.draining = true
}

// answered returns when no plain call is running, or ctx ends.
func (p *stdioReader) answered(ctx context.Context) {
	done := make(chan struct{})
	go func() { p.wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// start reads until the input ends.
func (p *stdioReader) start(ctx context.Context) {
	p.ended = ctx.Err
	p.turn, p.over = make(chan *bufio.Reader), make(chan struct{})
	go p.readLines(ctx, bufio.NewReaderSize(p.in, 64<<10))
}

// stop ends the connection of the SDK, and with it the session.
func (p *stdioReader) stop(err error) {
	p.once.Do(func() {
		_ = p.sdk.CloseWithError(err)
		close(p.over)
	})
}

// readLines is the goroutine that reads. With a plain call in hand it leaves the reading to another
// goroutine and answers the call itself: the other way round the call would
// wait until another thread had woken up. Then it waits for its next turn.
func (p *stdioReader) readLines(ctx context.Context, lines *bufio.Reader) {
	defer ratchet.Recover("read from a client on stdio", func(err error) {
		ratchet.Logged(p.server.cfg.Log, "read from a client on stdio")(err)
		p.stop(err)
	})
	for {
		line, long, err := p.next(lines)
		var answer func()
		switch body := bytes.TrimSpace(line); {
		case long:
			p.refuse(nil, jsonrpc.CodeInvalidRequest, fmt.Sprintf("the message is longer than %d bytes", p.limit))
		case len(body) == 0:
		case p.malformed(body):
		case !p.take(ctx, body, &answer):
			if p.noMessage(body) {
				break
			}
			if _, err := p.sdk.Write(append(withSafeID(body), '\n')); err != nil {
				p.stop(err)
				return // the SDK ended the connection
			}
		}
		if answer != nil {
			if err == nil {
				p.pass(ctx, lines)
			}
			answer()
			if err == nil {
				if lines = p.await(); lines == nil {
					return
				}
				continue
			}
		}
		if err != nil {
			p.wg.Wait() // the input's end is not the end of the answers
			if errors.Is(err, io.EOF) {
				err = nil
			}
			p.stop(err)
			return
		}
	}
}

// idleReaders is how many goroutines wait for a turn to read: more than one
// call at a time is rare on stdio, and a goroutine that stays keeps its stack.
const idleReaders = 4

// pass gives the reading to a goroutine that waits, or to a new one.
func (p *stdioReader) pass(ctx context.Context, lines *bufio.Reader) {
	select {
	case p.turn <- lines:
	default:
		go p.readLines(ctx, lines)
	}
}

// await waits for a turn to read; nil = there is none any more, or enough
// others wait.
func (p *stdioReader) await() *bufio.Reader {
	if p.idle.Add(1) > idleReaders {
		p.idle.Add(-1)
		return nil
	}
	defer p.idle.Add(-1)
	select {
	case lines := <-p.turn:
		return lines
	case <-p.over:
		return nil
	}
}

// next reads a line; one that is too long is skipped. The line is valid until
// the next call.
func (p *stdioReader) next(lines *bufio.Reader) (line []byte, long bool, err error) {
	line, err = lines.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, len(line) > p.limit, err
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

// take handles a line that needs nothing of the SDK. A plain call is not made
// yet: answer makes it, needs nothing of line, and is counted by p.wg.
func (p *stdioReader) take(ctx context.Context, line []byte, answer *func()) bool {
	msg, ok := decodeMessage(line)
	if !ok {
		return false
	}
	p.gate.RLock()
	defer p.gate.RUnlock()
	if p.draining && msg.id != nil {
		p.refuse(msg.id, codeShutdown, "the server is shutting down")
		return true
	}
	if id, ok := msg.cancels(); ok {
		if p.calls.cancel(id) {
			return true
		}
		p.unwanted.add(string(id))
		return false
	}
	era := p.era.Load()
	call, ok := msg.plain()
	if !ok || era == nil || call.version == "" && *era >= modernEra {
		return false
	}
	tool, ok := p.selected.takes(call)
	if !ok {
		return false
	}
	call.era = cmp.Or(call.version, *era)
	call.id, call.args = bytes.Clone(call.id), bytes.Clone(call.args)
	ctx, end, ok := p.calls.begin(ctx, call.id)
	if !ok {
		p.refuse(call.id, jsonrpc.CodeInvalidRequest, "duplicate in-flight request ID "+string(call.id))
		return true
	}
	p.wg.Add(1)
	*answer = func() {
		defer p.wg.Done()
		buf := func() *bytes.Buffer {
			defer end() // before the answer: a client that has it may use the id again
			return p.server.plain(ctx, p.selected, tool, call, reply.NewRequestID(), nil)
		}()
		if buf == nil {
			return // the client cancelled it
		}
		buf.WriteByte('\n')
		_, _ = p.out.Write(buf.Bytes()) // the client has gone
	}
	return true
}

// malformed refuses a line that is not JSON, before anything trusts its bytes.
func (p *stdioReader) malformed(line []byte) bool {
	err := schema.CheckSyntax(line)
	if err != nil {
		p.refuse(nil, jsonrpc.CodeParseError, "the line is not JSON: "+err.Error())
	}
	return err != nil
}

// noMessage refuses JSON that is no JSON-RPC message: the SDK would end the
// connection. Errors that belong to no request are not answered.
func (p *stdioReader) noMessage(line []byte) bool {
	fault, id, silent := notRPC(line)
	if fault != "" && !silent {
		p.refuse(id, jsonrpc.CodeInvalidRequest, fault)
	}
	return fault != ""
}

func (p *stdioReader) refuse(id json.RawMessage, code int, message string) {
	_, _ = p.out.Write(faultLine(id, code, message)) // as above
}

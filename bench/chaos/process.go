package chaos

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"ratchet/bench/subject"
)

// process is a running server.
type process struct {
	cmd    *exec.Cmd
	url    string
	clock  io.WriteCloser // takes steps of the clock
	exited chan struct{}

	mu   sync.Mutex
	said []string // last lines on stderr
}

// start runs a server over the data folder and waits until it is ready.
func (b *bench) start(ctx context.Context) error {
	b.mu.Lock()
	offset := b.offset
	b.mu.Unlock()
	p, err := b.spawn(offset)
	if err != nil {
		return err
	}
	if err := p.ready(ctx); err != nil {
		p.kill()
		return fmt.Errorf("%w: %s", err, p.tail())
	}
	b.mu.Lock()
	b.server = p
	b.mu.Unlock()
	go b.watch(p)
	return nil
}

// watch reports a server that ends although it was not told to.
func (b *bench) watch(p *process) {
	<-p.exited
	b.mu.Lock()
	meant := b.server != p
	b.mu.Unlock()
	if !meant {
		b.report.broken("the server ended by itself: %v: %s", p.cmd.ProcessState, p.tail())
	}
}

// take marks the server as about to be ended; nil = there is none.
func (b *bench) take() *process {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.server
	b.server = nil
	return p
}

// current is the server that is meant to run; nil = there is none now.
func (b *bench) current() *process {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.server
}

// logged is what the server that is meant to run logged last.
func (b *bench) logged() string {
	if p := b.current(); p != nil {
		return p.tail()
	}
	return ""
}

// stopNow ends what runs.
func (b *bench) stopNow() {
	if p := b.take(); p != nil {
		p.kill()
	}
}

func (b *bench) spawn(offset time.Duration) (*process, error) {
	args := append(slices.Clone(b.options.Server[1:]),
		"--listen", "127.0.0.1:0", "--data-dir", b.disk.data(), "--toolsets", "core,control,admin", "--clock-offset", offset.String())
	p := &process{cmd: exec.Command(b.options.Server[0], args...), exited: make(chan struct{})} //nolint:gosec // this program
	p.cmd.Dir = b.dir
	p.cmd.Env = b.environment()
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for the bench, which ends it
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if p.clock, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	listening := make(chan string, 1)
	go p.listen(stderr, listening)
	select {
	case p.url = <-listening:
	case <-p.exited:
		return nil, fmt.Errorf("the server did not start: %v: %s", p.cmd.ProcessState, p.tail())
	case <-time.After(startTime):
		p.kill()
		return nil, fmt.Errorf("the server did not listen within %s: %s", startTime, p.tail())
	}
	return p, nil
}

// environment is this process's without what configures a server.
func (b *bench) environment() []string {
	return subject.Environment(b.dir, "RATCHET_LOG_LEVEL=error",
		"RATCHET_HTTP_ALLOW_PRIVATE=127.0.0.1/32", "RATCHET_HTTP_ALLOW_PORTS="+b.upstream.port)
}

func (p *process) listen(stderr io.Reader, listening chan<- string) {
	defer close(p.exited)
	lines := bufio.NewScanner(stderr)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		p.mu.Lock()
		p.said = append(p.said, lines.Text())
		if len(p.said) > 40 {
			p.said = slices.Delete(p.said, 0, 1)
		}
		p.mu.Unlock()
		if found := subject.Address(lines.Text()); found != "" {
			select {
			case listening <- found:
			default:
			}
		}
	}
	_, _ = io.Copy(io.Discard, stderr)
	_ = p.cmd.Wait()
}

func (p *process) tail() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.said, "\n")
}

// ready waits until the server takes work.
func (p *process) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startTime, errors.New("the server is not ready"))
	defer cancel()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
	for {
		res, err := client.Get(p.url + "/ready")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-p.exited:
			return fmt.Errorf("the server ended: %v", p.cmd.ProcessState)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// kill ends the server the hard way and waits for it.
func (p *process) kill() {
	_ = p.cmd.Process.Signal(syscall.SIGKILL)
	<-p.exited
}

// end asks the server to end; false when it did not, or not well.
func (p *process) end() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.exited:
	case <-time.After(patience):
		p.kill()
		return fmt.Errorf("it did not end within %s of SIGTERM", patience)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("it ended with %d after SIGTERM: %s", code, p.tail())
	}
	return nil
}

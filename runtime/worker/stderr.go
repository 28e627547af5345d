package worker

import (
	"bytes"
	"strings"
	"sync"
)

// tail keeps the beginning of what a worker says on stderr: the runtime names
// its fatal error first.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

const tailSize = 16 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := tailSize - t.buf.Len(); room > 0 {
		t.buf.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}

// short is the first line, cut.
func (t *tail) short() string {
	line, _, _ := strings.Cut(t.String(), "\n")
	return strings.ToValidUTF8(line[:min(len(line), 200)], "")
}

// complain logs a death that nothing of ours explains. It must follow the end.
func (p *process) complain(what string) {
	p.log.Warn(what, "worker", p.id, "pid", p.cmd.Process.Pid, "state", p.cmd.ProcessState.String(), "stderr", p.stderr.short())
}

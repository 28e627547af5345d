package worker

import (
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// pipe returns a pipe with blocking ends: a thread waiting in read is woken
// sooner than one behind the poller.
func pipe() (r, w *os.File, err error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, fmt.Errorf("make a pipe: %w", err)
	}
	return os.NewFile(uintptr(fds[0]), "pipe"), os.NewFile(uintptr(fds[1]), "pipe"), nil
}

// unread is how many bytes of a pipe wait to be read, also after its reader has
// gone; 0 when unknown.
func unread(w *os.File) int {
	n, err := unix.IoctlGetInt(int(w.Fd()), unix.TIOCINQ)
	if err != nil {
		return 0
	}
	return n
}

// attributes put the child into its own process group, tie its life to the
// thread that starts it and, if namespace, give it an empty network.
func attributes(namespace bool) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if !namespace {
		return attr
	}
	attr.Cloneflags = syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC
	if uid := os.Getuid(); uid != 0 {
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
	}
	return attr
}

// gauge reads the use of another process: two cheap system calls.
type gauge struct {
	statm int // -1 = closed
	clock int32
}

func newGauge(pid int) gauge {
	fd, err := unix.Open(fmt.Sprintf("/proc/%d/statm", pid), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		fd = -1
	}
	// The kernel's numbering of per-process CPU clocks: clock_getcpuclockid(3).
	return gauge{statm: fd, clock: ^int32(pid)<<3 | 2}
}

func (g *gauge) close() {
	if g.statm > 0 {
		unix.Close(g.statm)
	}
	g.statm = -1
}

// resident is the process's memory in bytes, 0 when unknown.
func (g *gauge) resident() uint64 {
	if g.statm <= 0 {
		return 0
	}
	var buf [128]byte
	n, err := unix.Pread(g.statm, buf[:], 0)
	if err != nil {
		return 0
	}
	_, pages := parsePages(buf[:n])
	return pages * uint64(os.Getpagesize())
}

// cpu is the process's CPU time, 0 when unknown.
func (g *gauge) cpu() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(g.clock, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

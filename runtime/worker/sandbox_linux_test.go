package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"ratchet/runtime"
)

// programs are what the test binary can be instead of a test, by argument.
func programs() map[string]func() error {
	return map[string]func() error{
		Argument:    func() error { return Serve(context.Background()) },
		"--attempt": attemptForbidden,
		"--hold":    holdPool,
		"--report":  reportPool,
	}
}

// attemptForbidden shuts the sandbox, tries what no worker may do, and prints
// what was not refused.
func attemptForbidden() error {
	lock()
	parent := os.Getppid()
	var limit unix.Rlimit
	attempts := map[string]func() error{
		"fork": func() error {
			pid, _, errno := unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
			if errno != 0 {
				return errno
			}
			if pid == 0 {
				_, _, _ = unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
			}
			return nil
		},
		"spawn":            func() error { return exec.Command("/bin/true").Run() },
		"inet socket":      func() error { return socket(unix.AF_INET) },
		"inet6 socket":     func() error { return socket(unix.AF_INET6) },
		"unix socket":      func() error { return socket(unix.AF_UNIX) },
		"netlink socket":   func() error { return socket(unix.AF_NETLINK) },
		"socket pair":      func() error { _, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0); return err },
		"open":             func() error { _, err := os.Open("/etc/hostname"); return err },
		"create":           func() error { return os.WriteFile("/tmp/ratchet-attempt", nil, 0o600) },
		"list":             func() error { _, err := os.ReadDir("/"); return err },
		"remove":           func() error { return unix.Unlink("/tmp/ratchet-attempt") },
		"memory file":      func() error { _, err := unix.MemfdCreate("x", 0); return err },
		"kill parent":      func() error { return unix.Kill(parent, 0) },
		"signal parent":    func() error { return unix.Tgkill(parent, parent, 0) },
		"limit parent":     func() error { return unix.Prlimit(parent, unix.RLIMIT_CPU, nil, &limit) },
		"trace parent":     func() error { return unix.PtraceAttach(parent) },
		"read parent":      func() error { return call(unix.SYS_PROCESS_VM_READV, uintptr(parent)) },
		"become root":      func() error { return call(unix.SYS_SETUID, 0) },
		"new namespace":    func() error { return unix.Unshare(unix.CLONE_NEWUSER) },
		"io_uring":         func() error { var p [120]byte; return call(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&p))) },
		"bpf":              func() error { return call(unix.SYS_BPF, 0) },
		"performance data": func() error { return call(unix.SYS_PERF_EVENT_OPEN, 0) },
		"change directory": func() error { return unix.Chdir("/") },
	}
	for name, attempt := range attempts {
		if err := attempt(); !errors.Is(err, unix.EPERM) && !errors.Is(err, unix.EACCES) && !errors.Is(err, unix.ENOSYS) {
			fmt.Println(name, "gave", err)
		}
	}
	fmt.Println("end")
	return nil
}

func socket(family int) error {
	_, err := unix.Socket(family, unix.SOCK_DGRAM, 0)
	return err
}

func call(number uintptr, args ...uintptr) error {
	var a [6]uintptr
	copy(a[:], args)
	if _, _, errno := unix.Syscall6(number, a[0], a[1], a[2], a[3], a[4], a[5]); errno != 0 {
		return errno
	}
	return nil
}

func TestSandbox_refusesWhatNoWorkerNeeds(t *testing.T) {
	pool := newPool(t, Config{})
	if report, err := pool.Report(t.Context()); err != nil || report.Level != LevelFull {
		t.Skipf("this system has no full sandbox: %+v %v", report, err)
	}
	out, err := exec.Command("/proc/self/exe", "--attempt").CombinedOutput()
	if err != nil || string(out) != "end\n" {
		t.Errorf("not refused: %v\n%s", err, out)
	}
}

// reportPool prints the report of a pool's worker and the output of a run.
func reportPool() error {
	pool, err := NewPool(Config{Command: []string{"/proc/self/exe", Argument}})
	if err != nil {
		return err
	}
	report, err := pool.Report(context.Background())
	if err != nil {
		return err
	}
	out, err := pool.Run(context.Background(), job("export default (i) => i.a + i.b"), runtime.Hooks{})
	if err != nil || string(out.Output) != "3" {
		return fmt.Errorf("run: %s %+v %w", out.Output, out.Err, err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		return err
	}
	return pool.Close(context.Background())
}

func TestSandbox_asAnOrdinaryUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("every other test runs as an ordinary user already")
	}
	const nobody = 65534
	cmd := exec.Command("/proc/self/exe", "--report")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if errors.Is(err, os.ErrPermission) || errors.Is(err, unix.EINVAL) {
		t.Skip("no other user can be taken on here: ", err)
	}
	var report Report
	if err != nil || json.Unmarshal(out, &report) != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, f := range report.Features {
		t.Logf("%-20s %-5v %s", f.Name, f.OK, f.Detail)
	}
	// seccomp and the caps need no privilege at all.
	if !report.has("seccomp") || !report.has("memory_cap") || !report.has("no_exec") || !report.has("no_network") || report.Level == LevelReduced {
		t.Errorf("level %s", report.Level)
	}
}

// holdPool keeps a worker busy for ever and another waiting, and prints their process ids.
func holdPool() error {
	pool, err := NewPool(Config{Workers: 2, Warm: 1})
	if err != nil {
		return err
	}
	started := func() {
		for range 1000 {
			if s := pool.Stats(); len(s.Workers) == 2 {
				fmt.Println(s.Workers[0].PID, s.Workers[1].PID)
				return
			}
			_ = unix.Nanosleep(&unix.Timespec{Nsec: 5e6}, nil)
		}
	}
	_, err = pool.Run(context.Background(), job("export default () => Array.prototype.indexOf.call({length: 2**53-1}, 1)"), runtime.Hooks{Started: started})
	return err
}

func TestPool_diesWithItsServer(t *testing.T) {
	cmd := exec.Command("/proc/self/exe", "--hold")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	for _, word := range strings.Fields(line) {
		pid, err := strconv.Atoi(word)
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "worker "+word+" is dead", func() bool { return dead(pid) })
	}
}

// dead says whether a process has ended, reaped or not.
func dead(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	return fields[0] == "Z" || fields[0] == "X"
}

package worker

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unsafe"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/psx"
)

// allowed are the system calls that the Go runtime, the C library and the
// pipes need. Everything else fails with EPERM. Names that an architecture
// lacks are left out.
var allowed = []string{
	"read", "write", "readv", "writev", "pread64", "close", "lseek", "fstat", "poll", "ppoll",
	"mmap", "munmap", "mremap", "mprotect", "madvise", "mincore", "brk", "membarrier",
	"futex", "futex_waitv", "sched_yield", "sched_getaffinity", "set_robust_list", "rseq", "restart_syscall",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "gettid", "getpid", "getppid",
	"nanosleep", "clock_nanosleep", "clock_gettime", "clock_getres", "gettimeofday", "getrandom", "getrusage",
	"timer_create", "timer_settime", "timer_delete", "setitimer", "times", "sysinfo",
	"epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2", "eventfd2",
	"getrlimit", "setrlimit", "exit", "exit_group", "arch_prctl",
}

// lock shuts the sandbox and measures what held. Nothing can be opened afterwards.
func lock() Report {
	var report Report
	err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	report.add("no_new_privs", err == nil, said(err, "set"))
	err = dropCapabilities()
	report.add("no_capabilities", err == nil, said(err, "root's powers are given up"))
	err = landlock.V7.BestEffort().Restrict()
	_, open := os.Open("/proc/self/exe")
	report.add("landlock", err == nil && errors.Is(open, unix.EACCES), said(open, "a file could be opened"))
	report.add("network_namespace", emptyNetwork(), "loopback is down in a namespace of its own, or not")
	err = filter()
	report.add("seccomp", err == nil, said(err, "filter loaded"))
	_, open = os.Open("/proc/self/exe")
	report.add("no_files", open != nil, said(open, "a file could be opened"))
	fd, socket := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if socket == nil {
		unix.Close(fd)
	}
	report.add("no_network", socket != nil || emptyNetworkSeen(&report), said(socket, "a socket could be made"))
	// With the filter the call is refused before the path is looked at.
	exec := unix.Exec("/nonexistent", nil, nil)
	report.add("no_exec", errors.Is(exec, unix.EPERM), said(exec, ""))
	return report
}

// dropCapabilities gives up what root may do, on every thread. Without new
// privileges there is no way back.
func dropCapabilities() error {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	_, _, errno := psx.Syscall3(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&head)), uintptr(unsafe.Pointer(&none)), 0)
	if errno != 0 {
		return fmt.Errorf("give up capabilities: %w", errno)
	}
	var left [2]unix.CapUserData
	if err := unix.Capget(&head, &left[0]); err != nil {
		return fmt.Errorf("read capabilities: %w", err)
	}
	if left != none {
		return errors.New("capabilities are left")
	}
	return nil
}

func emptyNetworkSeen(r *Report) bool { return r.has("network_namespace") }

func said(err error, otherwise string) string {
	if err == nil {
		return otherwise
	}
	return err.Error()
}

// emptyNetwork says whether even the loopback address is out of reach.
func emptyNetwork() bool {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return true
	}
	defer unix.Close(fd)
	// Connecting a datagram socket sends nothing; it only asks for a route.
	return errors.Is(unix.Connect(fd, &unix.SockaddrInet4{Port: 9, Addr: [4]byte{127, 0, 0, 1}}), unix.ENETUNREACH)
}

// filter loads the system call filter on all threads.
func filter() error {
	info, err := arch.GetInfo("")
	if err != nil {
		return fmt.Errorf("look up the architecture: %w", err)
	}
	var names []string
	for _, name := range allowed {
		if _, ok := info.SyscallNames[name]; ok {
			names = append(names, name)
		}
	}
	const threadOnly = unix.CLONE_THREAD | unix.CLONE_VM
	policy := seccomp.Policy{
		DefaultAction: seccomp.ActionErrno,
		Syscalls: []seccomp.SyscallGroup{
			{Action: seccomp.ActionAllow, Names: names, NamesWithCondtions: []seccomp.NameWithConditions{
				// The filter cannot look into clone3's arguments; ENOSYS sends the C library to clone.
				{Name: "clone", Conditions: seccomp.ArgumentConditions{{Argument: 0, Operation: seccomp.BitsSet, Value: threadOnly}}},
				// Only itself may it signal and bound: the server runs as the same user.
				{Name: "tgkill", Conditions: seccomp.ArgumentConditions{{Argument: 0, Operation: seccomp.Equal, Value: uint64(os.Getpid())}}}, //nolint:gosec // positive
				{Name: "prlimit64", Conditions: seccomp.ArgumentConditions{{Argument: 0, Operation: seccomp.Equal, Value: 0}}},
				{Name: "fcntl", Conditions: seccomp.ArgumentConditions{{Argument: 1, Operation: seccomp.Equal, Value: unix.F_GETFL}}},
			}},
			{Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS), Names: []string{"clone3"}},
		},
	}
	return seccomp.LoadFilter(seccomp.Filter{NoNewPrivs: true, Flag: seccomp.FilterFlagTSync, Policy: policy})
}

// meter reads the process's own size through a descriptor opened before the sandbox is shut.
type meter struct {
	statm int
	buf   [128]byte
}

func newMeter() (*meter, error) {
	fd, err := unix.Open("/proc/self/statm", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open own memory counters: %w", err)
	}
	return &meter{statm: fd}, nil
}

// virtual returns the size of the address space in bytes, 0 when unknown.
func (m *meter) virtual() uint64 {
	n, err := unix.Pread(m.statm, m.buf[:], 0)
	if err != nil {
		return 0
	}
	pages, _ := parsePages(m.buf[:n])
	return pages * uint64(os.Getpagesize())
}

// parsePages reads the first two numbers of a statm line: size and resident, in pages.
func parsePages(line []byte) (size, resident uint64) {
	i := 0
	number := func() (v uint64) {
		for ; i < len(line) && line[i] >= '0' && line[i] <= '9'; i++ {
			v = v*10 + uint64(line[i]-'0')
		}
		i++
		return v
	}
	return number(), number()
}

// addressSlack is address space beyond the budget for thread stacks and the
// collector's own tables.
const addressSlack = 256 << 20

// capMemory bounds the address space to its present size plus what budget
// bytes of live heap may need before they are collected.
func (m *meter) capMemory(budget int64) bool {
	size := m.virtual()
	if size == 0 {
		return false
	}
	limit := unix.Rlimit{Cur: size + 2*uint64(budget) + addressSlack, Max: unix.RLIM_INFINITY}
	return unix.Setrlimit(unix.RLIMIT_AS, &limit) == nil
}

// capCPU bounds the CPU time of the process to what it has used plus budget
// seconds: the backstop for when the parent is gone.
func capCPU(used, budget uint64) {
	_ = unix.Setrlimit(unix.RLIMIT_CPU, &unix.Rlimit{Cur: used + budget, Max: unix.RLIM_INFINITY})
}

// capRest sets the limits that never change. A file of zero bytes still lets
// pipes be written.
func capRest() {
	for resource, n := range map[int]uint64{unix.RLIMIT_CORE: 0, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_NOFILE: 32} {
		_ = unix.Setrlimit(resource, &unix.Rlimit{Cur: n, Max: n})
	}
}

// closeInherited closes descriptors that the parent leaked by mistake. The Go
// runtime's own are anonymous inodes and stay.
func closeInherited() {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return
	}
	for _, entry := range entries {
		fd, err := strconv.Atoi(entry.Name())
		if err != nil || fd <= 2 {
			continue
		}
		target, err := os.Readlink("/proc/self/fd/" + entry.Name())
		if err == nil && !strings.HasPrefix(target, "anon_inode:") {
			unix.Close(fd)
		}
	}
}

// cpuTime is the CPU time of this process in nanoseconds.
func cpuTime() int64 {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t) != nil {
		return 0
	}
	return t.Nano()
}

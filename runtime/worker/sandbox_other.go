//go:build !linux

package worker

import "syscall"

// lock has nothing to shut on this system, and says so.
func lock() Report {
	var report Report
	for _, name := range []string{"no_new_privs", "no_capabilities", "landlock", "network_namespace", "seccomp", "no_files", "no_network", "no_exec"} {
		report.add(name, false, "only Linux has it")
	}
	return report
}

// meter knows nothing here.
type meter struct{}

func newMeter() (*meter, error)     { return &meter{}, nil }
func (*meter) capMemory(int64) bool { return false }
func capCPU(uint64, uint64)         {}
func capRest()                      {}
func closeInherited()               {}

// cpuTime is the CPU time of this process in nanoseconds.
func cpuTime() int64 {
	var use syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &use) != nil {
		return 0
	}
	return use.Utime.Nano() + use.Stime.Nano()
}

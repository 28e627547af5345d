package worker

// The levels of isolation a worker can reach.
const (
	LevelFull    = "full"    // no files, no network, no new processes: all tried and refused by the kernel
	LevelProcess = "process" // own process with memory caps; the kernel lacks or refused a part of the sandbox
	LevelReduced = "reduced" // own process without memory caps
)

// Report is what a worker measured about its own sandbox by trying forbidden things.
type Report struct {
	Level    string // LevelFull, LevelProcess or LevelReduced
	Features []Feature
}

// Feature is one layer of the sandbox.
type Feature struct {
	Name   string // landlock, seccomp, no_network, no_exec, memory_cap, …
	OK     bool   // it held when tried
	Detail string // what was seen; for people
}

func (r *Report) add(name string, ok bool, detail string) {
	r.Features = append(r.Features, Feature{Name: name, OK: ok, Detail: detail})
}

func (r *Report) has(name string) bool {
	for _, f := range r.Features {
		if f.Name == name {
			return f.OK
		}
	}
	return false
}

// grade sets the level from the features.
func (r *Report) grade() {
	switch {
	case !r.has("memory_cap"):
		r.Level = LevelReduced
	case r.has("no_files") && r.has("no_network") && r.has("no_exec") && r.has("no_new_privs") && r.has("no_capabilities"):
		r.Level = LevelFull
	default:
		r.Level = LevelProcess
	}
}

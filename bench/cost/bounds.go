package cost

import "time"

// What one request may cost the server process.
const (
	maxCPU    = time.Second
	maxMemory = 64 << 20 // bytes allocated, freed or not
	perByte   = 32       // more of them for each byte that a caller sends who may write: code and inputs are large
)

// spent is what the server process used. Its workers are other processes.
type spent struct {
	CPU   time.Duration `json:"cpu_ns"`
	Bytes int64         `json:"allocated_bytes"`
}

// share is how much of the bounds r used; above 1 it is over one of them.
func (s spent) share(r request) float64 {
	memory := int64(maxMemory)
	if callers[r.caller] == "execute" {
		memory += perByte * int64(len(r.body))
		if r.first != nil {
			memory += perByte * int64(len(r.first.body))
		}
	}
	return max(s.CPU.Seconds()/maxCPU.Seconds(), float64(s.Bytes)/float64(memory))
}

package registry

import "time"

// Posture is how the server is protected, as it runs. The server tells it to
// ratchet_security_audit.
type Posture struct {
	Address           string // listened on; empty = the server is not on the network
	Loopback          bool   // only this machine can reach it
	LoginRequired     bool
	TLS               bool
	TLSMinimum        string    // 1.2 or 1.3
	CertificateEnds   time.Time // zero = no TLS
	ClientCertificate bool      // clients must have one
	AllowedHosts      []string  // names the Host header may have beside loopback
	AllowedOrigins    []string
	WriteOrigins      []string // of pages that write and run tasks without a login
	Credentials       bool     // pages of allowed origins send cookies
	TrustedProxies    []string
	RateLimited       bool
	RateTier          string
	Audited           bool
	AuditFiles        string // folder; empty = none are written
	DevErrors         bool
	QueryKeys         bool // API keys are taken from the address
	Registration      bool // anybody may make a user
	Isolation         string
	PrivateNetworks   []string // that tasks may reach
	DataDir           string
	Secrets           []string // files that only the server's user should read
}

package broker

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"ratchet"
	"ratchet/egress"
	"ratchet/runtime"
)

// Config configures a Broker. Zero values mean the default in parentheses.
type Config struct {
	UserAgent        string         // sent unless the script sets one ("Ratchet")
	Timeout          time.Duration  // of one fetch with redirects and body (30 s)
	MaxResponseBytes int64          // of one body, decompressed (10 MiB)
	MaxHeaderBytes   int64          // of one response's headers (64 KiB)
	MaxRedirects     int            // (10)
	AllowPrivate     []netip.Prefix // otherwise refused addresses that may be reached (none)
	AllowPorts       []uint16       // (80 and 443); 0 in the list = any port
	AllowHosts       []string       // exact names or *.suffix every run is bound to (any)
	Proxy            *url.URL       // all requests go there, and it must refuse private addresses itself (none; the environment is ignored)
	Resolver         *net.Resolver  // (the system's)
}

func (c Config) withDefaults() Config {
	if c.UserAgent == "" {
		c.UserAgent = "Ratchet"
	}
	if c.Timeout <= 0 {
		c.Timeout = 30 * time.Second
	}
	if c.MaxResponseBytes <= 0 {
		c.MaxResponseBytes = 10 << 20
	}
	if c.MaxHeaderBytes <= 0 {
		c.MaxHeaderBytes = 64 << 10
	}
	if c.MaxRedirects <= 0 {
		c.MaxRedirects = 10
	}
	if len(c.AllowPorts) == 0 {
		c.AllowPorts = []uint16{80, 443}
	}
	return c
}

// Broker holds the guarded transport all sessions share. It is safe for
// concurrent use.
type Broker struct {
	cfg       Config
	guard     *egress.Guard
	transport *http.Transport
}

// New makes a Broker. The caller should Close it.
func New(cfg Config) *Broker {
	cfg = cfg.withDefaults()
	guard := egress.New(cfg.AllowPrivate, cfg.AllowPorts)
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, Resolver: cfg.Resolver}
	proxy := func(*http.Request) (*url.URL, error) { return nil, nil }
	if cfg.Proxy != nil {
		// The dialer sees only the proxy's address, which the operator chose.
		proxy = http.ProxyURL(cfg.Proxy)
	} else {
		dialer.Control = guard.Control
	}
	return &Broker{cfg: cfg, guard: guard, transport: &http.Transport{
		Proxy: proxy, DialContext: dialer.DialContext,
		ForceAttemptHTTP2: true, MaxIdleConns: 256, MaxIdleConnsPerHost: 16,
		IdleConnTimeout: 60 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
		ExpectContinueTimeout: time.Second, MaxResponseHeaderBytes: cfg.MaxHeaderBytes,
	}}
}

// Close drops idle connections.
func (b *Broker) Close() { b.transport.CloseIdleConnections() }

// Secret is a secret of one run.
type Secret struct {
	ratchet.SecretGrant

	Ref string // stands for the value in requests of this run alone
}

// SecretFunc returns a secret for a use of it, or says why it may not be used
// now.
type SecretFunc func(ctx context.Context, name string) (Secret, *runtime.CallError)

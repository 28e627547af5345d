package certs

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"sync"
	"time"

	"ratchet"
	"ratchet/regular"
)

// Config names the files, all PEM.
type Config struct {
	CertFile      string           // required
	KeyFile       string           // required
	ChainFile     string           // certificates between it and the root; empty = CertFile has them
	ClientCA      string           // roots of client certificates; empty = clients are not asked for one
	RequireClient bool             // with ClientCA: clients must have one
	Minimum       uint16           // version of TLS; 0 = 1.2; lower ones are refused
	Now           func() time.Time // nil = time.Now
	Log           *slog.Logger     // receives errors about files that cannot be used; nil = discarded
}

// lookEvery is how often the files are looked at, at most.
const lookEvery = time.Second

// Source is a certificate that follows its files. It is safe for concurrent use.
type Source struct {
	cfg Config

	mu     sync.Mutex
	looked time.Time
	seen   [][]byte // contents of the files, when they were used last
	failed [][]byte // contents that could not be used: said once
	inUse  *tls.Config
	leaf   *x509.Certificate
}

// Open reads the files. An error names the key of the configuration.
func Open(cfg Config) (*Source, error) {
	if cfg.Minimum == 0 {
		cfg.Minimum = tls.VersionTLS12
	}
	if cfg.Minimum < tls.VersionTLS12 {
		return nil, ratchet.Errorf(ratchet.CodeConfig, "TLS below 1.2 is not offered").At("server.tls.min_version")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Source{cfg: cfg, looked: cfg.Now()}
	files, err := s.read()
	if err != nil {
		return nil, err
	}
	if err := s.use(files); err != nil {
		return nil, err
	}
	return s, nil
}

// TLS is the configuration of a listener; it answers each client with the
// certificate of the moment.
func (s *Source) TLS() *tls.Config {
	return &tls.Config{
		MinVersion: s.cfg.Minimum, //nolint:gosec // 1.2 or more: see Open
		NextProtos: []string{"h2", "http/1.1"},
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			return s.current(), nil
		},
		// Never asked, but a listener wants to see one.
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return &s.current().Certificates[0], nil
		},
	}
}

// Ends is when the certificate in use expires.
func (s *Source) Ends() time.Time {
	s.current()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.leaf.NotAfter
}

// current is the configuration in use, after a look at the files.
func (s *Source) current() *tls.Config {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Now()
	if now.Sub(s.looked) < lookEvery {
		return s.inUse
	}
	s.looked = now
	files, err := s.read()
	if err == nil && same(files, s.seen) {
		return s.inUse
	}
	if err == nil {
		if same(files, s.failed) {
			return s.inUse
		}
		if err = s.use(files); err == nil {
			s.cfg.Log.Info("the certificate was read again", "expires", s.leaf.NotAfter.UTC().Format(time.RFC3339))
			return s.inUse
		}
		s.failed = files
	}
	s.cfg.Log.Error("the changed certificate cannot be used; the one before stays", "error", err, "cause", ratchet.AsError(err).Err)
	return s.inUse
}

func same(a, b [][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

// read returns the contents of the files in the order certificate, key, chain,
// roots; nil where there is none.
func (s *Source) read() ([][]byte, error) {
	out := make([][]byte, 4)
	for i, f := range []struct{ key, path string }{
		{"cert_file", s.cfg.CertFile},
		{"key_file", s.cfg.KeyFile},
		{"chain_file", s.cfg.ChainFile},
		{"client_ca", s.cfg.ClientCA},
	} {
		if f.path == "" {
			continue
		}
		text, err := regular.ReadFile(f.path)
		if err != nil {
			return nil, ratchet.Errorf(ratchet.CodeConfig, "server.tls.%s cannot be read", f.key).At("server.tls." + f.key).Wrap(err)
		}
		out[i] = text
	}
	return out, nil
}

// use makes the files' certificate the one in use. s.mu is held, or s is new.
func (s *Source) use(files [][]byte) error {
	chain := files[0]
	if files[2] != nil {
		chain = bytes.Join([][]byte{files[0], files[2]}, []byte("\n"))
	}
	pair, err := tls.X509KeyPair(chain, files[1])
	if err != nil {
		return ratchet.Errorf(ratchet.CodeConfig, "server.tls.cert_file and server.tls.key_file are no pair of a certificate and its key").
			At("server.tls.cert_file").WithHint("both must be PEM; the certificate of the server comes first").Wrap(err)
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return ratchet.Errorf(ratchet.CodeConfig, "server.tls.cert_file cannot be read").At("server.tls.cert_file").Wrap(err)
	}
	cfg := &tls.Config{
		MinVersion: s.cfg.Minimum, Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2", "http/1.1"}, //nolint:gosec // 1.2 or more
	}
	if files[3] != nil {
		cfg.ClientCAs = x509.NewCertPool()
		if !cfg.ClientCAs.AppendCertsFromPEM(files[3]) {
			return ratchet.Errorf(ratchet.CodeConfig, "server.tls.client_ca has no certificate").At("server.tls.client_ca").WithHint("it must be PEM")
		}
		cfg.ClientAuth = tls.VerifyClientCertIfGiven
		if s.cfg.RequireClient {
			cfg.ClientAuth = tls.RequireAndVerifyClientCert
		}
	}
	s.inUse, s.leaf, s.seen, s.failed = cfg, leaf, files, nil
	return nil
}

package certs_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ratchet"
	"ratchet/server/certs"
)

// authority signs certificates for a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
}

// issue returns a certificate for loopback and its key, PEM.
func (a *authority) issue(t *testing.T, name string) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, private.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	text, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: text})
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

func put(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// handshake connects to a server with the configuration and returns the name
// of its certificate.
func handshake(t *testing.T, server *tls.Config, client *tls.Config) (string, error) {
	t.Helper()
	near, far := net.Pipe()
	defer func() { _ = errors.Join(near.Close(), far.Close()) }()
	done := make(chan error, 1)
	go func() {
		c := tls.Server(far, server)
		err := c.Handshake()
		if err == nil {
			_, err = c.Write([]byte("x"))
		}
		_ = far.Close()
		done <- err
	}()
	c := tls.Client(near, client)
	_, err := io.ReadFull(c, make([]byte, 1))
	var name string
	if certs := c.ConnectionState().PeerCertificates; len(certs) > 0 {
		name = certs[0].Subject.CommonName
	}
	_ = near.Close()
	return name, errors.Join(err, <-done)
}

func TestFollowsItsFiles(t *testing.T) {
	ca, dir := newAuthority(t), t.TempDir()
	certFile, keyFile := filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	cert, key := ca.issue(t, "first")
	put(t, certFile, cert)
	put(t, keyFile, key)
	now := time.Now()
	source, err := certs.Open(certs.Config{CertFile: certFile, KeyFile: keyFile, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(source.Ends()); left < 30*time.Minute || left > time.Hour {
		t.Errorf("the certificate ends in %s", left)
	}
	server, client := source.TLS(), &tls.Config{RootCAs: ca.pool(), ServerName: "localhost"}
	want := func(name string) {
		t.Helper()
		if got, err := handshake(t, server, client); got != name || err != nil {
			t.Errorf("the certificate is %q, %v; want %q", got, err, name)
		}
	}
	want("first")
	cert, key = ca.issue(t, "second")
	put(t, certFile, cert)
	want("first") // looked at a moment ago
	now = now.Add(2 * time.Second)
	want("first") // the key is not that of the certificate yet
	put(t, keyFile, key)
	now = now.Add(2 * time.Second)
	want("second")
	put(t, certFile, []byte("broken"))
	now = now.Add(2 * time.Second)
	want("second")
	if err := os.Remove(certFile); err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * time.Second)
	want("second")
}

func TestVersionsAndClients(t *testing.T) {
	ca, other, dir := newAuthority(t), newAuthority(t), t.TempDir()
	cert, key := ca.issue(t, "server")
	files := certs.Config{
		CertFile: filepath.Join(dir, "tls.crt"), KeyFile: filepath.Join(dir, "tls.key"),
		ClientCA: filepath.Join(dir, "ca.crt"), RequireClient: true, Minimum: tls.VersionTLS13,
	}
	put(t, files.CertFile, cert)
	put(t, files.KeyFile, key)
	put(t, files.ClientCA, ca.pem)
	source, err := certs.Open(files)
	if err != nil {
		t.Fatal(err)
	}
	pair := func(a *authority) []tls.Certificate {
		cert, key := a.issue(t, "ada")
		p, err := tls.X509KeyPair(cert, key)
		if err != nil {
			t.Fatal(err)
		}
		return []tls.Certificate{p}
	}
	for name, tc := range map[string]struct {
		client *tls.Config
		ok     bool
	}{
		"known client":   {&tls.Config{Certificates: pair(ca)}, true},
		"no certificate": {&tls.Config{}, false},
		"foreign client": {&tls.Config{Certificates: pair(other)}, false},
		"TLS 1.2":        {&tls.Config{Certificates: pair(ca), MaxVersion: tls.VersionTLS12}, false},
	} {
		tc.client.RootCAs, tc.client.ServerName = ca.pool(), "localhost"
		if _, err := handshake(t, source.TLS(), tc.client); (err == nil) != tc.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMistakesNameTheKey(t *testing.T) {
	ca, dir := newAuthority(t), t.TempDir()
	cert, key := ca.issue(t, "server")
	_, foreign := ca.issue(t, "other")
	path := func(name string, text []byte) string {
		p := filepath.Join(dir, name)
		put(t, p, text)
		return p
	}
	certFile, keyFile := path("tls.crt", cert), path("tls.key", key)
	for field, cfg := range map[string]certs.Config{
		"server.tls.cert_file":   {CertFile: filepath.Join(dir, "none"), KeyFile: keyFile},
		"server.tls.key_file":    {CertFile: certFile, KeyFile: filepath.Join(dir, "none")},
		"server.tls.client_ca":   {CertFile: certFile, KeyFile: keyFile, ClientCA: path("empty", nil)},
		"server.tls.min_version": {CertFile: certFile, KeyFile: keyFile, Minimum: tls.VersionTLS11},
	} {
		_, err := certs.Open(cfg)
		if e := ratchet.AsError(err); err == nil || e.Code != ratchet.CodeConfig || e.Fields[ratchet.FieldPointer] != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := certs.Open(certs.Config{CertFile: certFile, KeyFile: path("foreign", foreign)}); ratchet.CodeOf(err) != ratchet.CodeConfig {
		t.Errorf("a foreign key: %v", err)
	}
}

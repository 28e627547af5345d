package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ratchet"
	"ratchet/server/config"
)

// certificate writes a certificate for loopback and its key to dir, and
// returns who trusts it.
func certificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	err = errors.Join(
		os.WriteFile(filepath.Join(dir, "tls.crt"), cert, 0o600),
		os.WriteFile(filepath.Join(dir, "tls.key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600),
	)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(cert)
	return pool
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	pool := certificate(t, dir)
	plain := freePort(t)
	s := configured(t, map[string]string{
		"server.port": "0", "server.tls.cert_file": filepath.Join(dir, "tls.crt"), "server.tls.key_file": filepath.Join(dir, "tls.key"),
		"server.tls.min_version": "modern", "server.tls.redirect_http": plain,
	})
	address := live(t, s)
	if !strings.HasPrefix(address, "https://127.0.0.1:") {
		t.Fatalf("address = %s", address)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	res, err := client.Get("http://127.0.0.1:" + plain + "/live?x=1") // is led to TLS
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK || res.Request.URL.String() != address+"/live?x=1" || res.ProtoMajor != 2 || res.TLS.Version != tls.VersionTLS13 {
		t.Errorf("%s: %s %s", res.Request.URL, res.Status, res.Proto)
	}
	if got := res.Header.Get("Strict-Transport-Security"); got != "max-age=31536000; includeSubDomains" {
		t.Errorf("Strict-Transport-Security = %q", got)
	}
	if got := raw(t, "127.0.0.1:"+plain, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.1 403") || strings.Contains(got, "Location") {
		t.Errorf("a foreign host is redirected: %.200s", got)
	}
	old := &tls.Config{RootCAs: pool, MaxVersion: tls.VersionTLS12}
	if c, err := tls.Dial("tcp", strings.TrimPrefix(address, "https://"), old); err == nil {
		_ = c.Close()
		t.Error("TLS 1.2 is taken")
	}
	p := s.posture(t.Context())
	if !p.TLS || p.TLSMinimum != "1.3" || p.CertificateEnds.IsZero() || len(p.Secrets) != 1 {
		t.Errorf("posture = %+v", p)
	}
}

func TestUnsafeConfigurationsAreRefused(t *testing.T) {
	for key, flags := range map[string]map[string]string{
		"server.cors.allowed_origins": {"server.cors.allowed_origins": "*", "server.cors.allow_credentials": "true"},
		"server.tls.min_version":      {"server.tls.min_version": "1.1"},
		"server.tls.cert_file":        {"server.tls.cert_file": "x"},
		"server.tls.client_ca":        {"server.tls.client_ca": "x"},
		"server.trusted_proxies":      {"server.trusted_proxies": "everywhere"},
		"server.allowed_hosts":        {"server.allowed_hosts": "*"},
		"rate_limit.tier":             {"rate_limit.tier": "gold"},
	} {
		_, err := config.Load(config.Options{Env: []string{}, Dir: t.TempDir(), User: t.TempDir(), Flags: flags})
		if e := ratchet.AsError(err); err == nil || e.Code != ratchet.CodeConfig || e.Fields[ratchet.FieldPointer] != key || e.Hint == "" {
			t.Errorf("%s: %+v", key, err)
		}
	}
}

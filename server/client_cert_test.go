package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ratchet"
)

// signedClient is a certificate of a client with a name, by a root of its own
// when by is nil. The root is returned to sign more.
func signedClient(t *testing.T, name string, by *tls.Certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: by == nil, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	parent, signer := template, any(key)
	if by != nil {
		parent, signer = by.Leaf, by.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// TestClientCertificatesAreUsers: the name in a verified certificate is who
// calls, and nothing else gets in.
func TestClientCertificatesAreUsers(t *testing.T) {
	dir := t.TempDir()
	pool := certificate(t, dir)
	root, stranger := signedClient(t, "root", nil), signedClient(t, "ada", nil)
	caFile := filepath.Join(dir, "ca.crt")
	if err := os.WriteFile(caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate[0]}), 0o600); err != nil {
		t.Fatal(err)
	}
	s := configured(t, map[string]string{
		"server.port": "0", "server.tls.cert_file": filepath.Join(dir, "tls.crt"), "server.tls.key_file": filepath.Join(dir, "tls.key"),
		"server.tls.client_ca": caFile, "auth.required": "true",
	})
	for _, u := range []*ratchet.User{
		{Username: "ada", Role: ratchet.RoleAdmin, Active: true}, {Username: "eve", Role: ratchet.RoleAdmin},
	} {
		if err := s.deps.Store.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	address := live(t, s)
	for name, c := range map[string]struct {
		certs []tls.Certificate
		want  string // in the answer; empty = there is none
	}{
		"a user":          {[]tls.Certificate{signedClient(t, "ada", &root)}, `"name":"ada"`},
		"nobody":          {[]tls.Certificate{signedClient(t, "bob", &root)}, "UNAUTHORIZED"},
		"a locked user":   {[]tls.Certificate{signedClient(t, "eve", &root)}, "UNAUTHORIZED"},
		"no certificate":  {nil, ""},
		"another's root":  {[]tls.Certificate{stranger}, ""},
		"signed by other": {[]tls.Certificate{signedClient(t, "ada", &stranger)}, ""},
	} {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: c.certs}}
		res, err := (&http.Client{Transport: transport}).Get(address + "/api/v1/auth/me")
		said := ""
		if err == nil {
			text, _ := io.ReadAll(res.Body)
			_ = res.Body.Close()
			said = string(text)
		}
		transport.CloseIdleConnections()
		if (c.want == "") != (err != nil) || !strings.Contains(said, c.want) {
			t.Errorf("%s: %v %s", name, err, said)
		}
	}
}

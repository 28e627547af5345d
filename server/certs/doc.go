// Package certs reads the server's certificate and the roots of its clients
// from files, and reads them again when they change: a renewed certificate
// needs no restart.
//
//	source, err := certs.Open(certs.Config{CertFile: "tls.crt", KeyFile: "tls.key"})
//	if err != nil { … }
//	server.TLSConfig = source.TLS()
//
// Files are looked at when a client connects, at most once a second. Files that
// cannot be used are logged, and the certificate in use stays.
//
// It must not import the server.
package certs

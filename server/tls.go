package server

import (
	"crypto/tls"
	"net"
	"net/http"
	"strconv"

	"ratchet"
	"ratchet/reply"
	"ratchet/server/certs"
	"ratchet/server/logging"
	"ratchet/server/wire"
)

// openCertificate reads the files of server.tls, if there are any.
func (s *Server) openCertificate() error {
	cfg := s.cfg.Server.TLS
	if cfg.CertFile == "" {
		return nil
	}
	minimum := uint16(tls.VersionTLS13)
	if cfg.MinVersion == "1.2" {
		minimum = tls.VersionTLS12
	}
	var err error
	s.certificate, err = certs.Open(certs.Config{
		CertFile: cfg.CertFile, KeyFile: cfg.KeyFile, ChainFile: cfg.ChainFile,
		ClientCA: cfg.ClientCA, RequireClient: cfg.RequireClientCert, Minimum: minimum, Now: s.deps.Now,
		Log: logging.For(s.log, logging.TLS),
	})
	return err
}

// serve takes connections, by TLS when there is a certificate. In the clear,
// requests whose end could be read in two ways are refused: a proxy in front
// might read them in the other.
func (s *Server) serve(server *http.Server, listener net.Listener) error {
	if s.certificate == nil {
		return server.Serve(wire.Listen(listener))
	}
	server.TLSConfig = s.certificate.TLS()
	return server.ServeTLS(listener, "", "")
}

// redirect sends plain HTTP to the address of the TLS listener. The host is
// the request's own, when it is one of ours.
func (s *Server) redirect(to net.Addr) http.Handler {
	_, port, _ := net.SplitHostPort(to.String()) // a listener's address has a port
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		if !s.filter.mayName(r.Host) || badPath(r) {
			r.Header.Set(reply.HeaderRequestID, reply.NewRequestID())
			reply.Error(w, r, s.deps.Now(), ratchet.Errorf(ratchet.CodeDenied, "the Host header names another machine"))
			return
		}
		host := hostName(r.Host)
		if number, err := strconv.Atoi(port); err == nil && number != 443 {
			host = net.JoinHostPort(host, port)
		}
		http.Redirect(w, r, "https://"+host+r.URL.RequestURI(), http.StatusPermanentRedirect)
	})
}

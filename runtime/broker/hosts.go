package broker

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/idna"

	"ratchet/egress"
	"ratchet/runtime"
)

func refuse(class, code, message string) *runtime.CallError {
	return &runtime.CallError{Class: class, Code: code, Message: message}
}

// asciiHost is a host name as it is compared: lower-case punycode without the last dot.
func asciiHost(host string) (string, error) {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if strings.Contains(host, ":") || strings.Trim(host, "0123456789.") == "" {
		return host, nil
	}
	return idna.Lookup.ToASCII(host)
}

// matches says whether host is a listed name or below a listed *.suffix.
func matches(patterns []string, host string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		suffix, wild := strings.CutPrefix(pattern, "*.")
		name, err := asciiHost(suffix)
		if err != nil {
			return false
		}
		if wild {
			return strings.HasSuffix(host, "."+name)
		}
		return pattern == "*" || host == name
	})
}

// checkURL applies every rule that needs no connection.
func (s *Session) checkURL(u *url.URL) *runtime.CallError {
	if u.Scheme != "http" && u.Scheme != "https" {
		return refuse("ValidationError", "bad_scheme", "fetch allows http and https URLs only, not "+strings.ToLower(u.Scheme)+":")
	}
	if u.User != nil {
		return refuse("AuthorizationError", "credentials_in_url", "a URL must not hold user:password@; send an Authorization header")
	}
	host, err := asciiHost(u.Hostname())
	if err != nil || host == "" || numeric(host) {
		return refuse("ValidationError", "bad_url", "the URL has no valid host name")
	}
	if s.broker.metadata(host) {
		return blockedAddress(host)
	}
	switch {
	case matches(s.policy.DenyHosts, host):
		return refuse("AuthorizationError", "denied_host", "host "+host+" is denied by the task's http.deny_hosts")
	case len(s.policy.AllowHosts) > 0 && !matches(s.policy.AllowHosts, host):
		return refuse("AuthorizationError", "denied_host", "host "+host+" is not in the task's http.allow_hosts; add it to the metadata to allow it")
	case len(s.broker.cfg.AllowHosts) > 0 && !matches(s.broker.cfg.AllowHosts, host):
		return refuse("AuthorizationError", "denied_host", "host "+host+" is not among the hosts the operator allows")
	}
	return nil
}

// metadata says whether host is a cloud's metadata service that the operator
// did not name exactly. The dialer checks addresses once more, but sees only
// the proxy's where there is one.
func (b *Broker) metadata(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return b.guard.Check(addr) != nil
	}
	return egress.MetadataName(host) && !slices.Contains(b.cfg.AllowHosts, host)
}

func blockedAddress(host string) *runtime.CallError {
	return refuse("AuthorizationError", "blocked_address", host+" leads to a private, local or reserved address, which fetch must not reach; "+
		"the operator can allow its address or network"+waysTo("private", "127.0.0.1")+", and a cloud's metadata service by its very address there, or its name in http.allow_hosts")
}

// blockedPort names the ports that are allowed, since a list of one's own takes
// their place.
func (b *Broker) blockedPort(host string) *runtime.CallError {
	var ports []string
	for _, port := range b.cfg.AllowPorts {
		ports = append(ports, strconv.Itoa(int(port)))
	}
	list := strings.Join(ports, ",")
	return refuse("AuthorizationError", "blocked_port", "this port of "+host+" is blocked: fetch may use "+list+
		"; the operator can allow it"+waysTo("ports", list+",PORT"))
}

// waysTo names every way to set one of the operator's lists.
func waysTo(list, value string) string {
	return ": --allow-" + list + " " + value + ", RATCHET_HTTP_ALLOW_" + strings.ToUpper(list) + "=" + value + ", or http.allow_" + list +
		" in the configuration file; a list replaces the default and those of the ways before it"
}

// numeric says whether a resolver may read host as an IPv4 address in one of
// the old forms, like 0x7f.1. The plain form is none of them.
func numeric(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return false
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	_, err := strconv.ParseUint(last, 0, 64)
	return err == nil || last != "" && strings.Trim(last, "0123456789") == ""
}

var methods = []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}

// Headers that frame a request or name its target belong to the transport.
var transportHeaders = []string{
	"host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade",
	"proxy-authorization", "proxy-connection", "expect",
}

func checkRequest(f *runtime.FetchRequest) *runtime.CallError {
	if !slices.Contains(methods, f.Method) {
		return refuse("ValidationError", "bad_method", "method "+f.Method+" is not one of "+strings.Join(methods, ", "))
	}
	for _, h := range f.Header {
		switch {
		case !httpguts.ValidHeaderFieldName(h[0]):
			return refuse("ValidationError", "bad_header", "a header name has characters that are not allowed")
		case !httpguts.ValidHeaderFieldValue(h[1]):
			return refuse("ValidationError", "bad_header", "the value of header "+h[0]+" has characters that are not allowed, such as a line break")
		case slices.Contains(transportHeaders, strings.ToLower(h[0])):
			return refuse("ValidationError", "bad_header", "header "+h[0]+" is set by the server and cannot be chosen")
		}
	}
	return nil
}

package egress

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// Binding is where something confidential may be sent:
//
//	api.example.com         the host, over https; on loopback over http too
//	*.example.com           every host below it
//	api.example.com:8443    the host on this port alone
//	http://build.internal   the host, over plain http as well
//	*                       every host
type Binding struct {
	host string // lower-case punycode; empty = every one
	wild bool   // and everything below it, not itself
	port string // empty = any
	http bool   // in the clear too
}

// ParseBinding reads a binding. The error says what is wrong with it.
func ParseBinding(text string) (Binding, error) {
	var b Binding
	rest := strings.ToLower(strings.TrimSpace(text))
	switch {
	case strings.HasPrefix(rest, "http://"):
		rest, b.http = strings.TrimPrefix(rest, "http://"), true
	case strings.HasPrefix(rest, "https://"):
		rest = strings.TrimPrefix(rest, "https://")
	}
	if rest == "*" {
		b.wild = true
		return b, nil
	}
	rest, b.wild = strings.CutPrefix(rest, "*.")
	if strings.Contains(rest, "*") {
		return b, errors.New("* stands for whole names below a domain, as in *.example.com")
	}
	if strings.ContainsAny(rest, "/?#@ ") {
		return b, errors.New("it is not a host alone")
	}
	u := url.URL{Host: rest}
	if addr, err := netip.ParseAddr(rest); err == nil && addr.Is6() {
		u.Host = "[" + rest + "]"
	}
	b.port = u.Port()
	if b.port != "" {
		if n, err := strconv.Atoi(b.port); err != nil || n < 1 || n > 65535 {
			return b, errors.New("the port is not from 1 to 65535")
		}
	}
	var err error
	if b.host, err = plainHost(u.Hostname()); err != nil || b.host == "" {
		return b, errors.New("it is not the name of a host")
	}
	if b.wild && !strings.Contains(b.host, ".") {
		return b, errors.New("it would allow a whole top-level domain")
	}
	return b, nil
}

// Allows says whether u may get what is bound.
func (b Binding) Allows(u *url.URL) bool {
	host, err := plainHost(u.Hostname())
	if err != nil {
		return false
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	switch {
	case b.port != "" && b.port != port:
		return false
	case u.Scheme == "http" && !b.http && !loopback(host):
		return false
	case b.host == "":
		return b.wild
	case b.wild:
		return strings.HasSuffix(host, "."+b.host)
	}
	return host == b.host
}

// loopback says whether what is sent to host does not leave the machine.
func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}

// plainHost is a host as it is compared: lower-case punycode without the last
// dot, and addresses in their one form.
func plainHost(host string) (string, error) {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.String(), nil
	}
	return idna.Lookup.ToASCII(host)
}

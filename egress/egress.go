// Package egress says which addresses the server dials on behalf of others:
// public ones, private ones that the operator allows, and never a cloud's
// metadata service unless the operator names its very address.
//
//	guard := egress.New(cfg.AllowPrivate, []uint16{443})
//	dialer := &net.Dialer{Control: guard.Control}
//
// It must not import any other package of ours.
package egress

import (
	"fmt"
	"net/netip"
	"slices"
	"syscall"

	"code.dny.dev/ssrf"
)

// Guard checks each address after names were resolved. It is safe for
// concurrent use.
type Guard struct {
	addresses *ssrf.Guardian
	named     []netip.Addr // metadata addresses that the operator named
}

// New returns a guard that passes public addresses and those in allow, at
// ports; 0 among them is any port. A metadata address passes only when allow
// holds a prefix of this one address.
func New(allow []netip.Prefix, ports []uint16) *Guard {
	g := &Guard{}
	var v4, v6 []netip.Prefix
	for _, p := range allow {
		if p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
		if p.IsSingleIP() {
			g.named = append(g.named, p.Addr().Unmap())
		}
	}
	options := []ssrf.Option{ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...), ssrf.WithPorts(ports...)}
	if slices.Contains(ports, 0) {
		options = append(options, ssrf.WithAnyPort())
	}
	g.addresses = ssrf.New(options...)
	return g
}

// Control is for net.Dialer: it refuses with an error that Blocked or
// BlockedPort knows.
func (g *Guard) Control(network, address string, conn syscall.RawConn) error {
	if at, err := netip.ParseAddrPort(address); err == nil {
		if err := g.Check(at.Addr()); err != nil {
			return err
		}
	}
	return g.addresses.Safe(network, address, conn)
}

// Check refuses the address of a metadata service that was not named. Control
// does so too; Check is for addresses that another program dials, such as a proxy.
func (g *Guard) Check(addr netip.Addr) error {
	addr = addr.WithZone("").Unmap()
	if slices.Contains(g.named, addr) {
		return nil
	}
	for _, a := range []netip.Addr{addr, embedded(addr)} {
		if slices.Contains(metadata(), a) {
			return fmt.Errorf("%w: it is the address of a metadata service", ssrf.ErrProhibitedIP)
		}
	}
	return nil
}

package egress

import (
	"errors"
	"net/netip"
	"slices"
	"strings"

	"code.dny.dev/ssrf"
)

// metadata are the addresses at which clouds hand out credentials and settings
// of the machine. Some of them are public by their number.
func metadata() []netip.Addr {
	return []netip.Addr{
		netip.AddrFrom4([4]byte{169, 254, 169, 254}), // AWS, Azure, Google, Oracle, OpenStack and others
		netip.AddrFrom4([4]byte{169, 254, 170, 2}),   // AWS ECS
		netip.AddrFrom4([4]byte{169, 254, 170, 23}),  // AWS EKS
		netip.AddrFrom4([4]byte{169, 254, 0, 23}),    // Tencent
		netip.AddrFrom4([4]byte{169, 254, 42, 42}),   // Scaleway
		netip.AddrFrom4([4]byte{168, 63, 129, 16}),   // Azure
		netip.AddrFrom4([4]byte{100, 100, 100, 200}), // Alibaba
		netip.AddrFrom4([4]byte{192, 0, 0, 192}),     // Oracle
		netip.MustParseAddr("fd00:ec2::254"),         // AWS
		netip.MustParseAddr("fd00:ec2::23"),          // AWS EKS
		netip.MustParseAddr("fd20:ce::254"),          // Google
		netip.MustParseAddr("fd00:c1::a9fe:a9fe"),    // Oracle
		netip.MustParseAddr("fd00:42::42"),           // Scaleway
		netip.MustParseAddr("fe80::a9fe:a9fe"),       // OpenStack
	}
}

// MetadataName says whether host, in lower case and without a last dot, is a
// name under which a cloud offers its metadata service.
func MetadataName(host string) bool {
	return slices.Contains([]string{
		"metadata", "metadata.goog", "metadata.google.internal", "metadata.azure.internal", "metadata.azure.com",
		"metadata.tencentyun.com", "metadata.packet.net", "metadata.platformequinix.com",
		"instance-data", "instance-data.ec2.internal",
	}, host) || strings.HasSuffix(host, ".metadata.google.internal")
}

// embedded is the IPv4 address that a translator or tunnel takes out of an
// IPv6 one; the address itself when there is none.
func embedded(addr netip.Addr) netip.Addr {
	if !addr.Is6() {
		return addr
	}
	b := addr.As16()
	last := func() netip.Addr { return netip.AddrFrom4([4]byte(b[12:])) }
	within := func(prefix string) bool { return netip.MustParsePrefix(prefix).Contains(addr) }
	switch {
	case within("64:ff9b::/96"), within("64:ff9b:1::/48"), within("::/96"): // NAT64, IPv4-compatible
		return last()
	case within("2002::/16"): // 6to4
		return netip.AddrFrom4([4]byte(b[2:6]))
	case within("2001::/32"): // Teredo, inverted
		return netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]})
	case b[8]&^2 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe: // ISATAP
		return last()
	}
	return addr
}

// BlockedPort says whether a dial failed because the guard refused the port.
func BlockedPort(err error) bool { return errors.Is(err, ssrf.ErrProhibitedPort) }

// Blocked says whether a dial failed because the guard refused the address.
func Blocked(err error) bool {
	return errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedNetwork) || errors.Is(err, ssrf.ErrInvalidHostPort)
}

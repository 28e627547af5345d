package egress

import (
	"net/netip"
	"testing"
)

func TestGuard_metadataNeedsItsVeryAddress(t *testing.T) {
	everything := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
	hosts := []string{
		"169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254",
		"::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "64:ff9b::a83f:8110", "2002:a9fe:a9fe::1", "2001:0:1::5601:5601", "::168.63.129.16",
		"fe80::5efe:a9fe:a9fe", "fe80::a9fe:a9fe%eth0",
	}
	for _, host := range hosts {
		addr := netip.MustParseAddr(host)
		at := netip.AddrPortFrom(addr, 80).String()
		for name, g := range map[string]*Guard{"no private": New(nil, []uint16{80}), "all private": New(everything, []uint16{0})} {
			if err := g.Control("tcp6", at, nil); err == nil || !Blocked(err) {
				t.Errorf("%s with %s: %v, want blocked", host, name, err)
			}
		}
		if addr.Zone() != "" {
			continue
		}
		exact := New([]netip.Prefix{netip.PrefixFrom(addr, addr.BitLen())}, []uint16{80})
		if err := exact.Check(addr); err != nil {
			t.Errorf("%s named exactly: %v", host, err)
		}
	}
	g := New(everything, []uint16{0})
	for _, host := range []string{"10.0.0.1", "127.0.0.1", "8.8.8.8", "169.254.1.1", "fd00::1"} {
		if err := g.Control("tcp6", netip.AddrPortFrom(netip.MustParseAddr(host), 80).String(), nil); err != nil {
			t.Errorf("%s with all private: %v", host, err)
		}
	}
	if err := New(nil, []uint16{443}).Control("tcp4", "8.8.8.8:80", nil); !BlockedPort(err) {
		t.Errorf("port 80: %v", err)
	}
}

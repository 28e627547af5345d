package weburl

import (
	"math"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

const forbiddenHost = "\x00\t\n\r #/:<>?@[\\]^|"

// parseHost is the host parser: it returns the serialized host.
func parseHost(s string, special bool) (string, bool) {
	if strings.HasPrefix(s, "[") {
		if !strings.HasSuffix(s, "]") {
			return "", false
		}
		return parseIPv6(s[1 : len(s)-1])
	}
	if !special {
		if strings.ContainsAny(s, forbiddenHost) {
			return "", false
		}
		return percentEncode(s, inControl), true
	}
	decoded := percentDecode(s)
	if !utf8.ValidString(decoded) {
		return "", false // U+FFFD is no part of a domain
	}
	domain, ok := domainToASCII(decoded)
	if !ok || domain == "" || forbiddenDomain(domain) {
		return "", false
	}
	if endsInNumber(domain) {
		return parseIPv4(domain)
	}
	return domain, true
}

func forbiddenDomain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= 0x1f || c == '%' || c == 0x7f || strings.IndexByte(forbiddenHost, c) >= 0 {
			return true
		}
	}
	return false
}

// domainToASCII lower-cases ASCII names and applies UTS #46 to others.
func domainToASCII(s string) (string, bool) {
	ascii := true
	for i := range len(s) {
		ascii = ascii && s[i] < 0x80
	}
	low := strings.ToLower(s)
	if ascii && !strings.Contains(low, "xn--") {
		return low, true
	}
	profile := idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false),
		idna.CheckHyphens(false), idna.CheckJoiners(true), idna.BidiRule(), idna.VerifyDNSLength(false))
	out, err := profile.ToASCII(s)
	if err != nil {
		return "", false
	}
	again, err := profile.ToASCII(out) // a label may turn into one that is not valid
	return out, err == nil && again == out
}

// parseIPv6 accepts what the standard does: net/netip plus nothing but zones.
func parseIPv6(s string) (string, bool) {
	if strings.ContainsRune(s, '%') {
		return "", false
	}
	a, err := netip.ParseAddr(s)
	if err != nil || !strings.Contains(s, ":") {
		return "", false
	}
	return "[" + formatIPv6(a.As16()) + "]", true
}

// formatIPv6 compresses the first longest run of at least two zero pieces and
// never writes dotted decimals, unlike net/netip.
func formatIPv6(b [16]byte) string {
	var piece [8]uint16
	for i := range piece {
		piece[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
	}
	start, length := -1, 1
	for i := 0; i < 8; i++ {
		j := i
		for j < 8 && piece[j] == 0 {
			j++
		}
		if j-i > length {
			start, length = i, j-i
		}
		i = max(i, j-1)
	}
	var out strings.Builder
	for i := 0; i < 8; i++ {
		if i == start {
			out.WriteString("::")
			i += length - 1
			continue
		}
		if i > 0 && i != start+length {
			out.WriteByte(':')
		} else if i > 0 && start < 0 {
			out.WriteByte(':')
		}
		out.WriteString(strconv.FormatUint(uint64(piece[i]), 16))
	}
	return out.String()
}

// endsInNumber says whether a host must be an IPv4 address.
func endsInNumber(s string) bool {
	parts := strings.Split(s, ".")
	if parts[len(parts)-1] == "" {
		if len(parts) == 1 {
			return false
		}
		parts = parts[:len(parts)-1]
	}
	last := parts[len(parts)-1]
	if last != "" && strings.Trim(last, "0123456789") == "" {
		return true
	}
	_, ok := ipv4Number(last)
	return ok
}

// ipv4Number reads decimal, 0 octal and 0x hexadecimal; large values saturate.
func ipv4Number(s string) (uint64, bool) {
	if s == "" {
		return 0, false
	}
	base := 10
	if len(s) >= 2 && (strings.HasPrefix(s, "0x") || strings.HasPrefix(s, "0X")) {
		s, base = s[2:], 16
	} else if len(s) >= 2 && s[0] == '0' {
		s, base = s[1:], 8
	}
	if s == "" {
		return 0, true
	}
	digits := "0123456789abcdefABCDEF"
	if base != 16 {
		digits = digits[:base]
	}
	if strings.Trim(s, digits) != "" {
		return 0, false
	}
	n, err := strconv.ParseUint(s, base, 64)
	if err != nil {
		return math.MaxUint64, true
	}
	return n, true
}

func parseIPv4(s string) (string, bool) {
	parts := strings.Split(s, ".")
	if parts[len(parts)-1] == "" && len(parts) > 1 {
		parts = parts[:len(parts)-1]
	}
	if len(parts) > 4 {
		return "", false
	}
	var addr uint64
	for i, part := range parts {
		n, ok := ipv4Number(part)
		if !ok {
			return "", false
		}
		if i == len(parts)-1 {
			if n >= 1<<(8*(5-len(parts))) {
				return "", false
			}
			addr |= n
		} else {
			if n > 255 {
				return "", false
			}
			addr |= n << (8 * (3 - i))
		}
	}
	return netip.AddrFrom4([4]byte{byte(addr >> 24), byte(addr >> 16), byte(addr >> 8), byte(addr)}).String(), true
}

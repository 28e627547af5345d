package weburl

import (
	"strconv"
	"strings"
)

// atEnd says whether c ends an authority, host or port.
func (p *parser) atEnd(c rune) bool {
	return c == eof || c == '/' || c == '?' || c == '#' || (c == '\\' && p.u.special())
}

func (p *parser) authority(c rune) verdict {
	switch {
	case c == '@':
		p.credentials()
	case p.atEnd(c):
		if p.at && len(p.buf) == 0 {
			return urlFailed
		}
		p.p -= len(p.buf) + 1
		p.buf = p.buf[:0]
		p.to(urlHost)
	default:
		p.buf = append(p.buf, c)
	}
	return urlNext
}

// credentials takes what stands before an @ as user name and password.
func (p *parser) credentials() {
	text := string(p.buf)
	p.buf = p.buf[:0]
	if p.at {
		text = "%40" + text
	}
	p.at = true
	name, password := text, ""
	if p.pwSeen {
		name, password = "", text
	} else if i := strings.IndexByte(text, ':'); i >= 0 {
		name, password = text[:i], text[i+1:]
		p.pwSeen = true
	}
	p.u.username += percentEncode(name, inUserinfo)
	p.u.password += percentEncode(password, inUserinfo)
}

func (p *parser) host(c rune) verdict {
	u := p.u
	switch {
	case p.override != urlNone && u.scheme == "file":
		p.back(urlFileHost)
	case c == ':' && !p.inBracket:
		if len(p.buf) == 0 || p.override == urlHostname {
			return urlFailed
		}
		if !p.takeHost() {
			return urlFailed
		}
		p.to(urlPort)
	case p.atEnd(c):
		p.p--
		if u.special() && len(p.buf) == 0 {
			return urlFailed
		}
		if p.override != urlNone && len(p.buf) == 0 && (u.username != "" || u.password != "" || u.port >= 0) {
			return urlFailed
		}
		if !p.takeHost() {
			return urlFailed
		}
		p.to(urlPathStart)
		if p.override != urlNone {
			return urlDone
		}
	default:
		switch c {
		case '[':
			p.inBracket = true
		case ']':
			p.inBracket = false
		}
		p.buf = append(p.buf, c)
	}
	return urlNext
}

func (p *parser) takeHost() bool {
	host, ok := parseHost(string(p.buf), p.u.special())
	if !ok {
		return false
	}
	p.u.host, p.u.hasHost = host, true
	p.buf = p.buf[:0]
	return true
}

func (p *parser) port(c rune) verdict {
	switch {
	case isDigit(c):
		p.buf = append(p.buf, c)
	case p.atEnd(c) || p.override != urlNone:
		if p.override != urlNone && len(p.buf) == 0 && p.override != urlHost {
			return urlFailed
		}
		if p.setPort() == urlFailed {
			// The host setter keeps its host when only the port is bad.
			if p.override == urlHost {
				return urlDone
			}
			return urlFailed
		}
		if p.override != urlNone {
			return urlDone
		}
		p.back(urlPathStart)
	default:
		return urlFailed
	}
	return urlNext
}

func (p *parser) setPort() verdict {
	if len(p.buf) == 0 {
		return urlNext
	}
	n, err := strconv.Atoi(strings.TrimLeft(string(p.buf), "0"))
	if strings.Trim(string(p.buf), "0") == "" {
		n, err = 0, nil
	}
	if err != nil || n > 65535 {
		return urlFailed
	}
	p.u.port = n
	if d, _ := specialPort(p.u.scheme); d == n {
		p.u.port = -1
	}
	p.buf = p.buf[:0]
	return urlNext
}

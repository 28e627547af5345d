package weburl

import (
	"strings"
)

func (p *parser) file(c rune) {
	u := p.u
	u.scheme, u.host, u.hasHost = "file", "", true
	switch {
	case c == '/' || c == '\\':
		p.to(urlFileSlash)
	case p.base != nil && p.base.scheme == "file":
		b := p.base
		u.host, u.hasHost = b.host, b.hasHost
		u.path = append([]string(nil), b.path...)
		u.query, u.hasQuery = b.query, b.hasQuery
		if c != '?' && c != '#' && c != eof && p.driveAhead() {
			u.query, u.hasQuery = "", false
			u.path = nil
			p.back(urlPath)
			return
		}
		p.afterInherit(c)
	default:
		p.back(urlPath)
	}
}

func (p *parser) fileSlash(c rune) {
	if c == '/' || c == '\\' {
		p.to(urlFileHost)
		return
	}
	if b := p.base; b != nil && b.scheme == "file" {
		p.u.host, p.u.hasHost = b.host, b.hasHost
		if !p.driveAhead() && len(b.path) > 0 && normalDrive(b.path[0]) {
			p.u.path = append(p.u.path, b.path[0])
		}
	}
	p.back(urlPath)
}

// driveAhead says whether the rest of the input starts with a drive letter.
func (p *parser) driveAhead() bool {
	rest := p.in[min(p.p, len(p.in)):]
	if len(rest) < 2 || !isAlpha(rest[0]) || (rest[1] != ':' && rest[1] != '|') {
		return false
	}
	return len(rest) == 2 || strings.ContainsRune(`/\?#`, rest[2])
}

func (p *parser) fileHost(c rune) verdict {
	if c != eof && c != '/' && c != '\\' && c != '?' && c != '#' {
		p.buf = append(p.buf, c)
		return urlNext
	}
	p.p--
	switch {
	case p.override == urlNone && driveLetter(string(p.buf)):
		p.to(urlPath)
	case len(p.buf) == 0:
		p.u.host, p.u.hasHost = "", true
		if p.override != urlNone {
			return urlDone
		}
		p.to(urlPathStart)
	default:
		if !p.takeHost() {
			return urlFailed
		}
		if p.u.host == "localhost" {
			p.u.host = ""
		}
		if p.override != urlNone {
			return urlDone
		}
		p.to(urlPathStart)
	}
	return urlNext
}

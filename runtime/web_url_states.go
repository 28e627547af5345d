package runtime

import "strings"

// atEnd says whether c ends an authority, host or port.
func (p *urlParser) atEnd(c rune) bool {
	return c == eof || c == '/' || c == '?' || c == '#' || (c == '\\' && p.u.special())
}

func (p *urlParser) authority(c rune) urlVerdict {
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
func (p *urlParser) credentials() {
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

func (p *urlParser) host(c rune) urlVerdict {
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
		if c == '[' {
			p.inBracket = true
		} else if c == ']' {
			p.inBracket = false
		}
		p.buf = append(p.buf, c)
	}
	return urlNext
}

func (p *urlParser) takeHost() bool {
	host, ok := parseHost(string(p.buf), p.u.special())
	if !ok {
		return false
	}
	p.u.host, p.u.hasHost = host, true
	p.buf = p.buf[:0]
	return true
}

func (p *urlParser) port(c rune) urlVerdict {
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

func (p *urlParser) file(c rune) {
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

func (p *urlParser) fileSlash(c rune) {
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
func (p *urlParser) driveAhead() bool {
	rest := p.in[min(p.p, len(p.in)):]
	if len(rest) < 2 || !isAlpha(rest[0]) || (rest[1] != ':' && rest[1] != '|') {
		return false
	}
	return len(rest) == 2 || strings.ContainsRune(`/\?#`, rest[2])
}

func (p *urlParser) fileHost(c rune) urlVerdict {
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

func (p *urlParser) pathStart(c rune) urlVerdict {
	u := p.u
	switch {
	case u.special():
		p.to(urlPath)
		if c != '/' && c != '\\' {
			p.p--
		}
	case p.override == urlNone && c == '?':
		u.hasQuery = true
		p.to(urlQuery)
	case p.override == urlNone && c == '#':
		u.hasFrag = true
		p.to(urlFragment)
	case c != eof:
		p.to(urlPath)
		if c != '/' {
			p.p--
		}
	case p.override != urlNone && !u.hasHost:
		u.path = append(u.path, "")
	}
	return urlNext
}

func (p *urlParser) path(c rune) {
	u := p.u
	slash := c == '/' || (c == '\\' && u.special())
	if c != eof && !slash && (p.override != urlNone || (c != '?' && c != '#')) {
		p.buf = append(p.buf, c)
		return
	}
	segment := percentEncode(string(p.buf), inPath)
	p.buf = p.buf[:0]
	switch {
	case doubleDot(segment):
		u.shorten()
		if !slash {
			u.path = append(u.path, "")
		}
	case singleDot(segment):
		if !slash {
			u.path = append(u.path, "")
		}
	default:
		if u.scheme == "file" && len(u.path) == 0 && driveLetter(segment) {
			segment = segment[:1] + ":"
		}
		u.path = append(u.path, segment)
	}
	p.endPath(c)
}

func (p *urlParser) endPath(c rune) {
	switch c {
	case '?':
		p.u.query, p.u.hasQuery = "", true
		p.to(urlQuery)
	case '#':
		p.u.fragment, p.u.hasFrag = "", true
		p.to(urlFragment)
	}
}

func (p *urlParser) opaquePath(c rune) {
	if c != '?' && c != '#' && c != eof {
		p.buf = append(p.buf, c)
		return
	}
	p.u.path[0] = percentEncode(string(p.buf), inControl)
	p.buf = p.buf[:0]
	p.endPath(c)
}

func (p *urlParser) query(c rune) {
	if c != eof && (p.override != urlNone || c != '#') {
		p.buf = append(p.buf, c)
		return
	}
	set := inQuery
	if p.u.special() {
		set = inSpecialQuery
	}
	p.u.query += percentEncode(string(p.buf), set)
	p.buf = p.buf[:0]
	p.endPath(c)
}

package weburl

func (p *parser) schemeStart(c rune) verdict {
	switch {
	case isAlpha(c):
		p.buf = append(p.buf, lower(c))
		p.to(urlScheme)
	case p.override == urlNone:
		p.back(urlNoScheme)
	default:
		return urlFailed
	}
	return urlNext
}

func (p *parser) scheme(c rune) verdict {
	if isAlpha(c) || isDigit(c) || c == '+' || c == '-' || c == '.' {
		p.buf = append(p.buf, lower(c))
		return urlNext
	}
	if c != ':' {
		if p.override != urlNone {
			return urlFailed
		}
		p.buf = p.buf[:0]
		p.p = -1
		p.to(urlNoScheme)
		return urlNext
	}
	name := string(p.buf)
	if p.override != urlNone {
		return p.overrideScheme(name)
	}
	u := p.u
	u.scheme = name
	p.buf = p.buf[:0]
	switch {
	case name == "file":
		p.to(urlFile)
	case u.special() && p.base != nil && p.base.scheme == name:
		p.to(urlSpecialRelativeOrAuthority)
	case u.special():
		p.to(urlSpecialAuthoritySlashes)
	case p.peek('/'):
		p.to(urlPathOrAuthority)
		p.p++
	default:
		u.opaque = true
		u.path = []string{""}
		p.to(urlOpaquePath)
	}
	return urlNext
}

func (p *parser) overrideScheme(name string) verdict {
	u := p.u
	port, special := specialPort(name)
	if special != u.special() ||
		(name == "file" && (u.username != "" || u.password != "" || u.port >= 0)) ||
		(u.scheme == "file" && u.host == "") {
		return urlDone
	}
	u.scheme = name
	if u.port == port {
		u.port = -1
	}
	return urlDone
}

func (p *parser) noScheme(c rune) verdict {
	b := p.base
	switch {
	case b == nil || (b.opaque && c != '#'):
		return urlFailed
	case b.opaque:
		p.inherit(true, true)
		p.u.fragment, p.u.hasFrag = "", true
		p.u.opaque = true
		p.to(urlFragment)
	case b.scheme != "file":
		p.back(urlRelative)
	default:
		p.back(urlFile)
	}
	return urlNext
}

// inherit takes scheme, authority, path and query from the base.
func (p *parser) inherit(path, query bool) {
	b, u := p.base, p.u
	u.scheme, u.username, u.password = b.scheme, b.username, b.password
	u.host, u.hasHost, u.port = b.host, b.hasHost, b.port
	if path {
		u.path = append([]string(nil), b.path...)
	}
	if query {
		u.query, u.hasQuery = b.query, b.hasQuery
	}
}

func (p *parser) relative(c rune) {
	p.u.scheme = p.base.scheme
	switch {
	case c == '/':
		p.to(urlRelativeSlash)
	case p.u.special() && c == '\\':
		p.to(urlRelativeSlash)
	default:
		p.inherit(true, true)
		p.afterInherit(c)
	}
}

// afterInherit goes on behind the parts taken from the base.
func (p *parser) afterInherit(c rune) {
	u := p.u
	switch c {
	case '?':
		u.query, u.hasQuery = "", true
		p.to(urlQuery)
	case '#':
		u.fragment, u.hasFrag = "", true
		p.to(urlFragment)
	case eof:
	default:
		u.query, u.hasQuery = "", false
		u.shorten()
		p.back(urlPath)
	}
}

func (p *parser) relativeSlash(c rune) {
	switch {
	case p.u.special() && (c == '/' || c == '\\'):
		p.to(urlSpecialAuthorityIgnoreSlashes)
	case c == '/':
		p.to(urlAuthority)
	default:
		p.inherit(false, false)
		p.back(urlPath)
	}
}

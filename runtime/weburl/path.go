package weburl

func (p *parser) pathStart(c rune) verdict {
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

func (p *parser) path(c rune) {
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

func (p *parser) endPath(c rune) {
	switch c {
	case '?':
		p.u.query, p.u.hasQuery = "", true
		p.to(urlQuery)
	case '#':
		p.u.fragment, p.u.hasFrag = "", true
		p.to(urlFragment)
	}
}

func (p *parser) opaquePath(c rune) {
	if c != '?' && c != '#' && c != eof {
		p.buf = append(p.buf, c)
		return
	}
	p.u.path[0] = percentEncode(string(p.buf), inControl)
	p.buf = p.buf[:0]
	p.endPath(c)
}

func (p *parser) query(c rune) {
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

// fragment takes the rest of the input.
func (p *parser) fragment(c rune) {
	if c != eof {
		p.u.fragment = percentEncode(p.u.fragment+string(p.in[p.p:]), inFragment)
		p.p = len(p.in) - 1
	}
}

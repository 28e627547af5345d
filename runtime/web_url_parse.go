package runtime

import (
	"strconv"
	"strings"
)

// urlState is a state of the basic URL parser of the URL Standard.
type urlState int

const (
	urlNone urlState = iota
	urlSchemeStart
	urlScheme
	urlNoScheme
	urlSpecialRelativeOrAuthority
	urlPathOrAuthority
	urlRelative
	urlRelativeSlash
	urlSpecialAuthoritySlashes
	urlSpecialAuthorityIgnoreSlashes
	urlAuthority
	urlHost
	urlHostname
	urlPort
	urlFile
	urlFileSlash
	urlFileHost
	urlPathStart
	urlPath
	urlOpaquePath
	urlQuery
	urlFragment
)

// urlVerdict is how a step of the parser ended.
type urlVerdict int

const (
	urlNext   urlVerdict = iota // go to the next code point
	urlFailed                   // no URL
	urlDone                     // a setter has what it needs
)

const eof rune = -1

// urlParser is the state of one parse.
type urlParser struct {
	u         *webURL
	base      *webURL
	in        []rune
	p         int
	state     urlState
	override  urlState
	buf       []rune
	at        bool
	inBracket bool
	pwSeen    bool
}

// parseURL parses input against base, which may be nil.
func parseURL(input string, base *webURL) (*webURL, bool) {
	input = strings.TrimFunc(input, func(r rune) bool { return r <= ' ' })
	u := &webURL{port: -1}
	p := urlParser{u: u, base: base, in: []rune(withoutTabs(input)), state: urlSchemeStart}
	return u, p.run() != urlFailed
}

// override runs the parser for a setter; u is unchanged when it fails, except
// for what was already taken, as the standard has it.
func (u *webURL) override(input string, state urlState) {
	p := urlParser{u: u, in: []rune(withoutTabs(input)), state: state, override: state}
	before := u.clone()
	if p.run() == urlFailed {
		*u = *before
	}
}

func withoutTabs(s string) string {
	if !strings.ContainsAny(s, "\t\n\r") {
		return s
	}
	return strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)
}

func (p *urlParser) run() urlVerdict {
	for ; ; p.p++ {
		c := eof
		if p.p < len(p.in) {
			c = p.in[p.p]
		}
		if v := p.step(c); v != urlNext {
			return v
		}
		if c == eof && p.p >= len(p.in) {
			return urlNext
		}
	}
}

func (p *urlParser) step(c rune) urlVerdict {
	switch p.state {
	case urlSchemeStart:
		return p.schemeStart(c)
	case urlScheme:
		return p.scheme(c)
	case urlNoScheme:
		return p.noScheme(c)
	case urlSpecialRelativeOrAuthority:
		if c == '/' && p.peek('/') {
			p.to(urlSpecialAuthorityIgnoreSlashes)
			p.p++
		} else {
			p.back(urlRelative)
		}
	case urlPathOrAuthority:
		if c == '/' {
			p.to(urlAuthority)
		} else {
			p.back(urlPath)
		}
	case urlRelative:
		p.relative(c)
	case urlRelativeSlash:
		p.relativeSlash(c)
	case urlSpecialAuthoritySlashes:
		if c == '/' && p.peek('/') {
			p.p++
			p.to(urlSpecialAuthorityIgnoreSlashes)
		} else {
			p.back(urlSpecialAuthorityIgnoreSlashes)
		}
	case urlSpecialAuthorityIgnoreSlashes:
		if c != '/' && c != '\\' {
			p.back(urlAuthority)
		}
	case urlAuthority:
		return p.authority(c)
	case urlHost, urlHostname:
		return p.host(c)
	case urlPort:
		return p.port(c)
	case urlFile:
		p.file(c)
	case urlFileSlash:
		p.fileSlash(c)
	case urlFileHost:
		return p.fileHost(c)
	case urlPathStart:
		return p.pathStart(c)
	case urlPath:
		p.path(c)
	case urlOpaquePath:
		p.opaquePath(c)
	case urlQuery:
		p.query(c)
	case urlFragment:
		if c != eof {
			p.u.fragment += string(p.in[p.p:])
			p.u.fragment = percentEncode(p.u.fragment, inFragment)
			p.p = len(p.in) - 1
		}
	}
	return urlNext
}

func (p *urlParser) to(s urlState) { p.state = s }

// back changes the state and has it see the same code point again.
func (p *urlParser) back(s urlState) { p.state = s; p.p-- }

func (p *urlParser) peek(r rune) bool { return p.p+1 < len(p.in) && p.in[p.p+1] == r }

func (p *urlParser) schemeStart(c rune) urlVerdict {
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

func (p *urlParser) scheme(c rune) urlVerdict {
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

func (p *urlParser) overrideScheme(name string) urlVerdict {
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

func (p *urlParser) noScheme(c rune) urlVerdict {
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
func (p *urlParser) inherit(path, query bool) {
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

func (p *urlParser) relative(c rune) {
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
func (p *urlParser) afterInherit(c rune) {
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

func (p *urlParser) relativeSlash(c rune) {
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

func (p *urlParser) setPort() urlVerdict {
	if len(p.buf) == 0 {
		return urlNext
	}
	n, err := strconv.Atoi(strings.TrimLeft(string(p.buf), "0") + "")
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

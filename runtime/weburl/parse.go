package weburl

import "strings"

// state is a state of the basic URL parser of the URL Standard.
type state int

const (
	urlNone state = iota
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

// verdict is how a step of the parser ended.
type verdict int

const (
	urlNext   verdict = iota // go to the next code point
	urlFailed                // no URL
	urlDone                  // a setter has what it needs
)

const eof rune = -1

// parser is the state of one parse.
type parser struct {
	u         *URL
	base      *URL
	in        []rune
	p         int
	state     state
	override  state
	buf       []rune
	at        bool
	inBracket bool
	pwSeen    bool
}

// Parse parses input against base, which may be nil.
func Parse(input string, base *URL) (*URL, bool) {
	input = strings.TrimFunc(input, func(r rune) bool { return r <= ' ' })
	u := &URL{port: -1}
	p := parser{u: u, base: base, in: []rune(withoutTabs(input)), state: urlSchemeStart}
	return u, p.run() != urlFailed
}

func withoutTabs(s string) string {
	if !strings.ContainsAny(s, "\t\n\r") {
		return s
	}
	return strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)
}

func (p *parser) run() verdict {
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

func (p *parser) step(c rune) verdict {
	switch p.state {
	case urlSchemeStart:
		return p.schemeStart(c)
	case urlScheme:
		return p.scheme(c)
	case urlNoScheme:
		return p.noScheme(c)
	case urlSpecialRelativeOrAuthority:
		p.slashesOr(urlRelative, c)
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
		p.slashesOr(urlSpecialAuthorityIgnoreSlashes, c)
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
		p.fragment(c)
	}
	return urlNext
}

// slashesOr goes behind two slashes, or sees c again in the other state.
func (p *parser) slashesOr(other state, c rune) {
	if c == '/' && p.peek('/') {
		p.p++
		p.to(urlSpecialAuthorityIgnoreSlashes)
	} else {
		p.back(other)
	}
}

func (p *parser) to(s state) { p.state = s }

// back changes the state and has it see the same code point again.
func (p *parser) back(s state) { p.state = s; p.p-- }

func (p *parser) peek(r rune) bool { return p.p+1 < len(p.in) && p.in[p.p+1] == r }

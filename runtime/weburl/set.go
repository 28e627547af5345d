package weburl

import (
	"strings"
)

// Set changes one part the way the setter of that name does; a value that does
// not fit changes nothing.
func (u *URL) Set(part, value string) {
	switch part {
	case "protocol":
		u.override(value+":", urlSchemeStart)
	case "username":
		if u.mayHaveCredentials() {
			u.username = percentEncode(value, inUserinfo)
		}
	case "password":
		if u.mayHaveCredentials() {
			u.password = percentEncode(value, inUserinfo)
		}
	case "host":
		u.setUnlessOpaque(value, urlHost)
	case "hostname":
		u.setUnlessOpaque(value, urlHostname)
	case "port":
		if u.mayHaveCredentials() {
			if value == "" {
				u.port = -1
			} else {
				u.override(value, urlPort)
			}
		}
	case "pathname":
		if !u.opaque {
			u.path = nil
			u.override(value, urlPathStart)
		}
	case "search":
		u.setQuery(value)
	case "hash":
		u.setFragment(value)
	}
}

func (u *URL) setUnlessOpaque(value string, state state) {
	if !u.opaque {
		u.override(value, state)
	}
}

func (u *URL) setQuery(value string) {
	u.query, u.hasQuery = "", value != ""
	if value == "" {
		u.stripOpaque()
		return
	}
	u.override(strings.TrimPrefix(value, "?"), urlQuery)
}

func (u *URL) setFragment(value string) {
	u.fragment, u.hasFrag = "", value != ""
	if value == "" {
		u.stripOpaque()
		return
	}
	u.override(strings.TrimPrefix(value, "#"), urlFragment)
}

// stripOpaque keeps an opaque path from ending in spaces, which parsing its
// href again would lose.
func (u *URL) stripOpaque() {
	if u.opaque && !u.hasFrag && !u.hasQuery {
		u.path[0] = strings.TrimRight(u.path[0], " ")
	}
}

func (u *URL) mayHaveCredentials() bool {
	return u.hasHost && u.host != "" && u.scheme != "file"
}

// override runs the parser for a setter; u is unchanged when it fails, except
// for what was already taken, as the standard has it.
func (u *URL) override(input string, state state) {
	p := parser{u: u, in: []rune(withoutTabs(input)), state: state, override: state}
	before := u.clone()
	if p.run() == urlFailed {
		*u = *before
	}
}

package weburl

import (
	"strconv"
	"strings"
)

// URL is a URL record of the URL Standard.
type URL struct {
	scheme             string
	username, password string
	host               string
	hasHost            bool // a null host differs from an empty one
	port               int  // -1 = none
	path               []string
	opaque             bool // path has one element and no structure, as in mailto:x
	query, fragment    string
	hasQuery, hasFrag  bool
}

// specialPorts are the schemes the standard treats as hierarchical, with their
// default ports; -1 = none.
func specialPort(scheme string) (int, bool) {
	switch scheme {
	case "http", "ws":
		return 80, true
	case "https", "wss":
		return 443, true
	case "ftp":
		return 21, true
	case "file":
		return -1, true
	}
	return -1, false
}

func (u *URL) special() bool {
	_, ok := specialPort(u.scheme)
	return ok
}

func (u *URL) clone() *URL {
	c := *u
	c.path = append([]string(nil), u.path...)
	return &c
}

// href is the serialized record.
func (u *URL) href() string {
	var b strings.Builder
	b.WriteString(u.scheme)
	b.WriteByte(':')
	if u.hasHost {
		b.WriteString("//")
		if u.username != "" || u.password != "" {
			b.WriteString(u.username)
			if u.password != "" {
				b.WriteByte(':')
				b.WriteString(u.password)
			}
			b.WriteByte('@')
		}
		b.WriteString(u.hostPort())
	} else if !u.opaque && len(u.path) > 1 && u.path[0] == "" {
		b.WriteString("/.")
	}
	b.WriteString(u.pathname())
	if u.hasQuery {
		b.WriteByte('?')
		b.WriteString(u.query)
	}
	if u.hasFrag {
		b.WriteByte('#')
		b.WriteString(u.fragment)
	}
	return b.String()
}

func (u *URL) hostPort() string {
	if u.port < 0 {
		return u.host
	}
	return u.host + ":" + strconv.Itoa(u.port)
}

func (u *URL) pathname() string {
	if u.opaque {
		return u.path[0]
	}
	var b strings.Builder
	for _, p := range u.path {
		b.WriteByte('/')
		b.WriteString(p)
	}
	return b.String()
}

func (u *URL) search() string {
	if u.query == "" {
		return ""
	}
	return "?" + u.query
}

func (u *URL) hash() string {
	if u.fragment == "" {
		return ""
	}
	return "#" + u.fragment
}

func (u *URL) origin() string {
	switch u.scheme {
	case "http", "https", "ws", "wss", "ftp":
		return u.scheme + "://" + u.hostPort()
	case "blob":
		inner, ok := Parse(u.pathname(), nil)
		if ok && (inner.scheme == "http" || inner.scheme == "https") {
			return inner.origin()
		}
	}
	return "null"
}

// shorten removes the last path segment, but not a drive letter of file:.
func (u *URL) shorten() {
	n := len(u.path)
	if u.scheme == "file" && n == 1 && normalDrive(u.path[0]) {
		return
	}
	if n > 0 {
		u.path = u.path[:n-1]
	}
}

// Parts are what the URL class shows, in the order its record has them.
func (u *URL) Parts() []string {
	port := ""
	if u.port >= 0 {
		port = strconv.Itoa(u.port)
	}
	return []string{
		u.href(), u.scheme + ":", u.username, u.password, u.hostPort(), u.host, port,
		u.pathname(), u.search(), u.hash(), u.origin(),
	}
}

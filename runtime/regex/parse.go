package regex

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// SyntaxError is a pattern that is none, in V8's words. Without a message it is
// the flags that are wrong.
type SyntaxError struct{ Pattern, Flags, Message string }

func (e *SyntaxError) Error() string {
	if e.Message == "" {
		return fmt.Sprintf("Invalid flags supplied to RegExp constructor '%s'", e.Flags)
	}
	return fmt.Sprintf("Invalid regular expression: /%s/%s: %s", e.Pattern, e.Flags, e.Message)
}

// parser reads a pattern. Without the flags u and v it reads code units.
type parser struct {
	source, flags string
	text          []rune
	at            int
	unicode, sets bool // flag u or v; flag v
	ignoreCase    bool
	groups        int      // opened so far
	total         int      // in the whole pattern
	names         []string // by group; empty = no name
	named         bool     // the pattern has names
	depth         int
	hard          bool // it names properties
}

const maxDepth = 1000

func (p *parser) fail(message string) { panic(&SyntaxError{p.source, p.flags, message}) }

func (p *parser) more() bool { return p.at < len(p.text) }

func (p *parser) peek(n int) rune {
	if p.at+n < len(p.text) {
		return p.text[p.at+n]
	}
	return -1
}

func (p *parser) eat(s string) bool {
	for i, r := range []rune(s) {
		if p.peek(i) != r {
			return false
		}
	}
	p.at += len([]rune(s))
	return true
}

// count looks through the pattern for its groups and their names.
func (p *parser) count() {
	class := false
	for i := 0; i < len(p.text); i++ {
		switch p.text[i] {
		case '\\':
			i++
		case '[':
			class = true
		case ']':
			class = false
		case '(':
			if class {
				continue
			}
			rest := p.text[i+1:]
			if len(rest) == 0 || rest[0] != '?' {
				p.total++
			} else if len(rest) > 2 && rest[1] == '<' && rest[2] != '=' && rest[2] != '!' {
				p.total++
				p.named = true
			}
		}
	}
	p.names = make([]string, p.total+1)
}

func (p *parser) pattern() node {
	n := p.alternatives()
	if p.more() {
		p.fail("Unmatched ')'")
	}
	return n
}

func (p *parser) alternatives() node {
	if p.depth++; p.depth > maxDepth {
		p.fail("Regular expression too large")
	}
	defer func() { p.depth-- }()
	list := []node{p.sequence()}
	for p.eat("|") {
		list = append(list, p.sequence())
	}
	if len(list) == 1 {
		return list[0]
	}
	return altNode{list}
}

func (p *parser) sequence() node {
	var list []node
	for p.more() && p.peek(0) != '|' && p.peek(0) != ')' {
		list = append(list, p.term())
	}
	switch len(list) {
	case 0:
		return emptyNode{}
	case 1:
		return list[0]
	}
	return seqNode{list}
}

func (p *parser) term() node {
	before := p.groups
	var n node
	repeatable := true
	switch c := p.peek(0); c {
	case '^':
		p.at++
		return startNode{}
	case '$':
		p.at++
		return endNode{}
	case '(':
		p.at++
		n = p.group()
		if l, ok := n.(lookNode); ok {
			repeatable = !p.unicode && !l.behind
		}
	case '\\':
		if next := p.peek(1); next == 'b' || next == 'B' {
			p.at += 2
			return wordNode{next == 'B'}
		}
		n = p.escape()
	case '[':
		n = p.class()
	case '.':
		p.at++
		n = classNode{set: lineEnds.complement()}
		if strings.Contains(p.flags, "s") {
			n = classNode{set: set{{0, lastRune}}}
		}
	case '*', '+', '?':
		p.fail("Nothing to repeat")
	case '{':
		if at := p.at; p.braces(new(int), new(int)) {
			p.at = at
			p.fail("Nothing to repeat")
		}
		if p.unicode {
			p.fail("Lone quantifier brackets")
		}
		p.at++
		n = charNode{c}
	case '}', ']':
		if p.unicode {
			p.fail("Lone quantifier brackets")
		}
		fallthrough
	default:
		p.at++
		n = charNode{c}
	}
	return p.quantifier(n, repeatable, before)
}

func (p *parser) quantifier(n node, repeatable bool, before int) node {
	r := repeatNode{body: n, max: -1, from: before, to: p.groups}
	switch {
	case p.eat("*"):
	case p.eat("+"):
		r.min = 1
	case p.eat("?"):
		r.max = 1
	case p.peek(0) == '{' && p.braces(&r.min, &r.max):
		if r.max >= 0 && r.max < r.min {
			p.fail("numbers out of order in {} quantifier")
		}
	case p.peek(0) == '{' && p.unicode:
		p.fail("Incomplete quantifier")
	default:
		return n
	}
	if !repeatable {
		p.fail("Invalid quantifier")
	}
	r.lazy = p.eat("?")
	return r
}

// braces reads {n}, {n,} or {n,m}; when there is none it reads nothing.
func (p *parser) braces(least, most *int) bool {
	from := p.at
	number := func() (int, bool) {
		start := p.at
		for '0' <= p.peek(0) && p.peek(0) <= '9' {
			p.at++
		}
		n, err := strconv.Atoi(string(p.text[start:p.at]))
		if err != nil && p.at > start {
			n = 1 << 30
		}
		return min(n, 1<<30), p.at > start
	}
	p.at++
	low, ok := number()
	high := low
	if ok && p.eat(",") {
		if n, given := number(); given {
			high = n
		} else {
			high = -1
		}
	}
	if !ok || !p.eat("}") {
		p.at = from
		return false
	}
	*least, *most = low, high
	return true
}

// group reads behind the opening parenthesis.
func (p *parser) group() node {
	var wrap func(node) node
	switch {
	case p.eat("?:"):
		wrap = func(n node) node { return groupNode{0, n} }
	case p.eat("?="):
		wrap = func(n node) node { return lookNode{body: n} }
	case p.eat("?!"):
		wrap = func(n node) node { return lookNode{not: true, body: n} }
	case p.eat("?<="):
		wrap = func(n node) node { return lookNode{behind: true, body: n} }
	case p.eat("?<!"):
		wrap = func(n node) node { return lookNode{behind: true, not: true, body: n} }
	case p.eat("?<"):
		name := p.name()
		if slices.Contains(p.names, name) {
			p.fail("Duplicate capture group name")
		}
		p.groups++
		index := p.groups
		p.names[index] = name
		wrap = func(n node) node { return groupNode{index, n} }
	case p.peek(0) == '?':
		p.fail("Invalid group")
	default:
		p.groups++
		index := p.groups
		wrap = func(n node) node { return groupNode{index, n} }
	}
	n := p.alternatives()
	if !p.eat(")") {
		p.fail("Unterminated group")
	}
	return wrap(n)
}

// name reads a group's name and the closing bracket.
func (p *parser) name() string {
	var b []rune
	for {
		if !p.more() {
			p.fail("Invalid capture group name")
		}
		r := p.text[p.at]
		p.at++
		switch {
		case r == '>':
			if len(b) == 0 {
				p.fail("Invalid capture group name")
			}
			return string(b)
		case r == '\\':
			if !p.eat("u") {
				p.fail("Invalid Unicode escape")
			}
			var ok bool
			if r, ok = p.unicodeEscape(true); !ok {
				p.fail("Invalid Unicode escape")
			}
		case utf16.IsSurrogate(r) && p.more():
			if pair := utf16.DecodeRune(r, p.text[p.at]); pair != unicode.ReplacementChar {
				r = pair
				p.at++
			}
		}
		start := r == '$' || r == '_' || unicode.IsLetter(r) || unicode.Is(unicode.Nl, r) || unicode.Is(unicode.Other_ID_Start, r)
		if !start && (len(b) == 0 || !unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue) && r != 0x200c && r != 0x200d) {
			p.fail("Invalid capture group name")
		}
		b = append(b, r)
	}
}

package regex

import (
	"slices"
	"strings"
)

// class reads a class from its bracket on.
func (p *parser) class() classNode {
	p.at++
	not := p.eat("^")
	var c classNode
	if p.sets {
		c = p.setContents()
	} else {
		c.set = p.ranges()
	}
	if !not {
		return c
	}
	if len(c.strings) > 0 {
		p.fail("Negated character class may contain strings")
	}
	if p.ignoreCase {
		c.set = c.set.closed(p.unicode)
	}
	return classNode{set: c.set.complement()}
}

// ranges reads the members of a class up to its closing bracket.
func (p *parser) ranges() set {
	var out set
	for {
		if !p.more() {
			p.fail("Unterminated character class")
		}
		if p.eat("]") {
			return out.union(nil)
		}
		low, lowSet := p.classAtom()
		if p.peek(0) != '-' || p.peek(1) == ']' || p.peek(1) < 0 {
			out = append(out, lowSet.orOne(low)...)
			continue
		}
		p.at++
		high, highSet := p.classAtom()
		switch {
		case lowSet != nil || highSet != nil:
			if p.unicode {
				p.fail("Invalid character class")
			}
			out = append(append(append(out, lowSet.orOne(low)...), highSet.orOne(high)...), span{'-', '-'})
		case low > high:
			p.fail("Range out of order in character class")
		default:
			out = append(out, span{low, high})
		}
	}
}

func (s set) orOne(r rune) set {
	if s == nil {
		return single(r)
	}
	return s
}

func (p *parser) classAtom() (rune, set) {
	c := p.text[p.at]
	p.at++
	if c != '\\' {
		return c, nil
	}
	if !p.more() {
		p.fail(`\ at end of pattern`)
	}
	if s, ok := p.classEscape(); ok {
		if s == nil {
			s = set{}
		}
		return 0, s
	}
	return p.character(true), nil
}

// setContents reads what is in a class of the flag v, up to its closing bracket.
func (p *parser) setContents() classNode {
	var c classNode
	operator := ""
	for first := true; ; first = false {
		if !p.more() {
			p.fail("Unterminated character class")
		}
		if p.eat("]") {
			break
		}
		switch {
		case first:
		case p.eat("--"), p.eat("&&"):
			op := string(p.text[p.at-2 : p.at])
			if operator != "" && operator != op || operator == "" && c.several {
				p.fail("Invalid set operation in character class")
			}
			operator = op
		case operator != "":
			p.fail("Invalid set operation in character class")
		}
		operand := p.setOperand(operator == "")
		switch operator {
		case "--":
			c.set = c.set.minus(operand.set)
			c.strings = slices.DeleteFunc(c.strings, func(s []rune) bool { return contains(operand.strings, s) })
		case "&&":
			c.set = c.set.intersect(operand.set)
			c.strings = slices.DeleteFunc(c.strings, func(s []rune) bool { return !contains(operand.strings, s) })
		default:
			c.several = !first
			c.set = c.set.union(operand.set)
			c.strings = append(c.strings, operand.strings...)
		}
	}
	slices.SortStableFunc(c.strings, func(a, b []rune) int { return len(b) - len(a) })
	return c
}

func contains(list [][]rune, s []rune) bool {
	return slices.ContainsFunc(list, func(o []rune) bool { return slices.Equal(o, s) })
}

// setOperand reads one operand, or a range where ranges may stand.
func (p *parser) setOperand(ranges bool) classNode {
	if !p.more() { // an operator may end the pattern
		p.fail("Unterminated character class")
	}
	if p.peek(0) == '[' {
		return p.class()
	}
	if p.eat(`\q{`) {
		return p.quoted()
	}
	low, s := p.setCharacter()
	if s != nil {
		return classNode{set: s}
	}
	if ranges && p.peek(0) == '-' && p.peek(1) != '-' {
		p.at++
		if !p.more() {
			p.fail("Unterminated character class")
		}
		high, s := p.setCharacter()
		if s != nil {
			p.fail("Invalid character class")
		}
		if low > high {
			p.fail("Range out of order in character class")
		}
		return p.foldedClass(set{{low, high}})
	}
	return p.foldedClass(single(low))
}

func (p *parser) foldedClass(s set) classNode {
	if p.ignoreCase {
		s = s.closed(true)
	}
	return classNode{set: s}
}

func (p *parser) setCharacter() (rune, set) {
	c := p.text[p.at]
	if c != '\\' {
		if strings.ContainsRune("()[]{}/-|", c) {
			p.fail("Invalid character in character class")
		}
		if c == p.peek(1) && strings.ContainsRune("&!#$%*+,.:;<=>?@^`~", c) {
			p.fail("Invalid set operation in character class")
		}
	} else if next := p.peek(1); next >= 0 && strings.ContainsRune("&-!#%,:;<=>@`~", next) {
		p.at += 2
		return next, nil
	}
	return p.classAtom()
}

// quoted reads the strings of \q{…}.
func (p *parser) quoted() classNode {
	var c classNode
	var text []rune
	end := func() {
		if len(text) == 1 {
			c.set = c.set.union(p.foldedClass(single(text[0])).set)
		} else {
			c.strings = append(c.strings, text)
		}
		text = nil
	}
	for {
		switch {
		case !p.more():
			p.fail("Invalid escape")
		case p.eat("|"):
			end()
		case p.eat("}"):
			end()
			return c
		default:
			r, s := p.setCharacter()
			if s != nil {
				p.fail("Invalid escape")
			}
			text = append(text, r)
		}
	}
}

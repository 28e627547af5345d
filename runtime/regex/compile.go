package regex

import (
	"strings"
	"unicode/utf16"
)

type opcode uint8

const (
	opChar   opcode = iota // the character r
	opSet                  // a member of set
	opRun                  // as many members of set as there are, x to y
	opSplit                // try x, then y
	opJump                 // to x
	opSave                 // the position into capture x
	opClear                // the captures of groups x+1 to y
	opStart                // ^
	opEnd                  // $
	opWord                 // \b; not = \B
	opBack                 // what group x or the groups in list captured
	opLook                 // the code up to x matches ahead, or behind; not = does not
	opZero                 // register x = 0
	opMark                 // register x = the position
	opRepeat               // decide about another iteration: register x counts, y = exit
	opNext                 // an iteration ends: register x counts, register y has its start
	opMatch
)

type instruction struct {
	op       opcode
	back     bool // reads before the position
	not      bool
	lazy     bool
	r        rune
	x, y     int
	min, max int
	set      set
	low      [2]uint64 // members below 128
	list     []int
}

// Program is a compiled pattern. It is safe for concurrent use.
type Program struct {
	Groups int      // and the whole match
	Names  []string // by group; empty = no name
	// Hard says that the pattern has what other matchers tend to read wrongly.
	Hard bool

	code          []instruction
	registers     int
	unicode, fold bool
	lines, sticky bool
}

// Compile reads a pattern. The error is a *SyntaxError.
func Compile(pattern, flags string) (program *Program, err error) {
	p := &parser{
		source: pattern, flags: flags, sets: strings.Contains(flags, "v"), ignoreCase: strings.Contains(flags, "i"),
	}
	p.unicode = p.sets || strings.Contains(flags, "u")
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*SyntaxError)
			if !ok {
				panic(r)
			}
			program, err = nil, e
		}
	}()
	p.checkFlags()
	if p.unicode {
		p.text = []rune(pattern)
	} else {
		for _, u := range utf16.Encode([]rune(pattern)) {
			p.text = append(p.text, rune(u))
		}
	}
	p.count()
	root := p.pattern()
	c := &compiler{parser: p, program: &Program{
		Groups: p.total + 1, Names: p.names, unicode: p.unicode, fold: p.ignoreCase,
		lines: strings.Contains(flags, "m"), sticky: strings.Contains(flags, "y"),
	}}
	c.emit(instruction{op: opSave, x: 0})
	c.node(root, false)
	c.emit(instruction{op: opSave, x: 1})
	c.emit(instruction{op: opMatch})
	c.program.Hard = p.sets || p.hard || c.hard || strings.Contains(flags, "d")
	return c.program, nil
}

func (p *parser) checkFlags() {
	for i, f := range p.flags {
		if !strings.ContainsRune("dgimsuvy", f) || strings.ContainsRune(p.flags[i+1:], f) {
			panic(&SyntaxError{p.source, p.flags, ""})
		}
	}
	if p.sets && strings.Contains(p.flags, "u") {
		panic(&SyntaxError{p.source, p.flags, ""})
	}
}

// maxCode bounds what repeats of repeats become.
const maxCode = 1 << 20

type compiler struct {
	parser  *parser
	program *Program
	hard    bool
}

func (c *compiler) emit(i instruction) int {
	if len(c.program.code) >= maxCode {
		c.parser.fail("Regular expression too large")
	}
	c.program.code = append(c.program.code, i)
	return len(c.program.code) - 1
}

func (c *compiler) here() int { return len(c.program.code) }

func (c *compiler) register() int {
	c.program.registers++
	return c.program.registers - 1
}

// node writes the code of a node; back = it is read from its end.
func (c *compiler) node(n node, back bool) {
	switch n := n.(type) {
	case emptyNode:
	case charNode:
		c.hard = c.hard || 0xd800 <= n.r && n.r <= 0xdfff
		c.emit(c.char(n.r, back))
	case classNode:
		c.class(n, back)
	case seqNode:
		for i := range n.list {
			if back {
				i = len(n.list) - 1 - i
			}
			c.node(n.list[i], back)
		}
	case altNode:
		c.alternatives(n.list, back)
	case groupNode:
		c.group(n, back)
	case startNode:
		c.emit(instruction{op: opStart})
	case endNode:
		c.emit(instruction{op: opEnd})
	case wordNode:
		c.emit(instruction{op: opWord, not: n.not})
	case lookNode:
		at := c.emit(instruction{op: opLook, not: n.not})
		c.node(n.body, n.behind)
		c.emit(instruction{op: opMatch})
		c.program.code[at].x = c.here()
	case backNode:
		c.reference(n, back)
	case repeatNode:
		c.repeat(n, back)
	}
}

func (c *compiler) char(r rune, back bool) instruction {
	if c.program.fold {
		r = fold(r, c.program.unicode)
	}
	return instruction{op: opChar, r: r, back: back}
}

func (c *compiler) oneOf(s set, back bool) instruction {
	for _, r := range s {
		whole := r.lo <= 0xd800 && r.hi >= 0xdfff // no half of a pair is told apart
		c.hard = c.hard || !whole && r.lo <= 0xdfff && r.hi >= 0xd800
	}
	i := instruction{op: opSet, set: s, back: back}
	for r := range rune(128) {
		if s.has(r) || c.program.fold && s.folded(r, c.program.unicode) {
			i.low[r/64] |= 1 << (r % 64)
		}
	}
	return i
}

func (c *compiler) class(n classNode, back bool) {
	if len(n.strings) == 0 {
		c.emit(c.oneOf(n.set, back))
		return
	}
	var list []node
	single := false
	for _, s := range n.strings {
		if len(s) == 0 && !single {
			list, single = append(list, classNode{set: n.set}), true
		}
		var word seqNode
		for _, r := range s {
			word.list = append(word.list, charNode{r})
		}
		list = append(list, word)
	}
	if !single {
		list = append(list, classNode{set: n.set})
	}
	c.alternatives(list, back)
}

func (c *compiler) alternatives(list []node, back bool) {
	var ends []int
	for i, n := range list {
		if i == len(list)-1 {
			c.node(n, back)
			break
		}
		split := c.emit(instruction{op: opSplit})
		c.program.code[split].x = c.here()
		c.node(n, back)
		ends = append(ends, c.emit(instruction{op: opJump}))
		c.program.code[split].y = c.here()
	}
	for _, e := range ends {
		c.program.code[e].x = c.here()
	}
}

func (c *compiler) group(n groupNode, back bool) {
	if n.index == 0 {
		c.node(n.body, back)
		return
	}
	first, last := 2*n.index, 2*n.index+1
	if back {
		first, last = last, first
	}
	c.emit(instruction{op: opSave, x: first})
	c.node(n.body, back)
	c.emit(instruction{op: opSave, x: last})
}

func (c *compiler) reference(n backNode, back bool) {
	i := instruction{op: opBack, back: back, list: []int{n.index}}
	if n.name != "" {
		i.list = nil
		for g, name := range c.parser.names {
			if name == n.name {
				i.list = append(i.list, g)
			}
		}
		if len(i.list) == 0 {
			c.parser.fail("Invalid named capture referenced")
		}
	}
	c.emit(i)
}

func (c *compiler) repeat(n repeatNode, back bool) {
	if n.max == 0 {
		return
	}
	if one, ok := c.single(n.body, back); ok && !n.lazy && !back {
		one.op, one.x, one.y = opRun, n.min, n.max
		c.emit(one)
		return
	}
	count, start := c.register(), c.register()
	c.emit(instruction{op: opZero, x: count})
	again := c.emit(instruction{op: opRepeat, x: count, min: n.min, max: n.max, lazy: n.lazy})
	c.emit(instruction{op: opMark, x: start})
	if n.to > n.from {
		c.emit(instruction{op: opClear, x: n.from, y: n.to})
	}
	c.node(n.body, back)
	c.emit(instruction{op: opNext, x: count, y: start, min: n.min})
	c.emit(instruction{op: opJump, x: again})
	c.program.code[again].y = c.here()
}

// single is the instruction of a node that reads one character.
func (c *compiler) single(n node, back bool) (instruction, bool) {
	switch n := n.(type) {
	case charNode:
		c.hard = c.hard || 0xd800 <= n.r && n.r <= 0xdfff
		return c.oneOf(single(n.r), back), true
	case classNode:
		if len(n.strings) == 0 {
			return c.oneOf(n.set, back), true
		}
	case groupNode:
		if n.index == 0 {
			return c.single(n.body, back)
		}
	}
	return instruction{}, false
}

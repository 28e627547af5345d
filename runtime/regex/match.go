package regex

import "unicode/utf16"

// choice is what to do when a match fails: go on at pc from position at, or put
// a register or capture back.
type choice struct {
	kind uint8
	pc   int32
	at   int
	old  int
}

const (
	tryAt      uint8 = iota // go on at pc, at
	tryShorter              // give back one character of a run: at = its end, old = its least end
	undoSave                // capture pc was old
	undoSet                 // register pc was old
)

// machine runs a program over a text.
type machine struct {
	p         *Program
	text      []uint16
	captures  []int
	registers []int
	stack     []choice
	steps     int
	check     func() // called now and then; panics to stop
}

const stepsPerCheck = 1 << 14

// maxChoices bounds the ways to match that are kept to be tried.
const maxChoices = 2_000_000

// tooMany unwinds a match that has more.
type tooMany struct{}

// Match looks for the first match from a position on; sticky patterns match
// there or not at all. It returns the bounds of each group, -1 where it did
// not take part; nil = no match. check is called now and then. False = there
// are too many ways to match.
func (p *Program) Match(text []uint16, from int, check func()) (found []int, ok bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, many := r.(tooMany); !many {
				panic(r)
			}
			found, ok = nil, false
		}
	}()
	return p.match(text, from, check), true
}

func (p *Program) match(text []uint16, from int, check func()) []int {
	m := &machine{p: p, text: text, captures: make([]int, 2*p.Groups), registers: make([]int, p.registers), check: check}
	for at := from; at <= len(text); at = m.after(at) {
		if at = m.likely(at); at < 0 {
			return nil
		}
		for i := range m.captures {
			m.captures[i] = -1
		}
		m.stack = m.stack[:0]
		if _, ok := m.run(0, at); ok {
			return m.captures
		}
		if p.sticky {
			return nil
		}
		if m.steps++; m.check != nil && m.steps%stepsPerCheck == 0 {
			m.check()
		}
	}
	return nil
}

// likely is the next position where a match can begin; -1 = none.
func (m *machine) likely(at int) int {
	first := &m.p.code[1]
	if first.op != opChar || m.p.fold || m.p.sticky || first.back || first.r > 0xffff || 0xd800 <= first.r && first.r <= 0xdfff {
		return at
	}
	for ; at < len(m.text); at++ {
		if rune(m.text[at]) == first.r {
			return at
		}
	}
	return -1
}

// after is the position behind the character at a position.
func (m *machine) after(at int) int {
	if m.p.unicode && at+1 < len(m.text) && high(m.text[at]) && low(m.text[at+1]) {
		return at + 2
	}
	return at + 1
}

func high(u uint16) bool { return u&0xfc00 == 0xd800 }
func low(u uint16) bool  { return u&0xfc00 == 0xdc00 }

// read is the character behind or before a position, and where it ends.
func (m *machine) read(at int, back bool) (rune, int, bool) {
	if back {
		if at == 0 {
			return 0, 0, false
		}
		u := m.text[at-1]
		if m.p.unicode && at > 1 && low(u) && high(m.text[at-2]) {
			return utf16.DecodeRune(rune(m.text[at-2]), rune(u)), at - 2, true
		}
		return rune(u), at - 1, true
	}
	if at >= len(m.text) {
		return 0, 0, false
	}
	u := m.text[at]
	if m.p.unicode && high(u) && at+1 < len(m.text) && low(m.text[at+1]) {
		return utf16.DecodeRune(rune(u), rune(m.text[at+1])), at + 2, true
	}
	return rune(u), at + 1, true
}

func (m *machine) member(i *instruction, r rune) bool {
	if r < 128 {
		return i.low[r/64]&(1<<(r%64)) != 0
	}
	if m.p.fold {
		return i.set.folded(r, m.p.unicode)
	}
	return i.set.has(r)
}

func (m *machine) save(kind uint8, list []int, i, value int) {
	m.stack = append(m.stack, choice{kind: kind, pc: int32(i), old: list[i]}) //nolint:gosec // bounded by maxCode
	list[i] = value
}

func (m *machine) try(pc, at int) {
	m.stack = append(m.stack, choice{kind: tryAt, pc: int32(pc), at: at}) //nolint:gosec // bounded by maxCode
}

// run follows the code from pc until it matches, and returns where, or until
// no choice made since is left.
func (m *machine) run(pc, at int) (int, bool) {
	base := len(m.stack)
	for {
		if m.steps++; m.steps%stepsPerCheck == 0 {
			if m.check != nil {
				m.check()
			}
			if len(m.stack) > maxChoices {
				panic(tooMany{})
			}
		}
		i := &m.p.code[pc]
		ok := true
		pc++
		switch i.op {
		case opMatch:
			return at, true
		case opChar:
			r, next, more := m.read(at, i.back)
			if ok = more && (r == i.r || m.p.fold && fold(r, m.p.unicode) == i.r); ok {
				at = next
			}
		case opSet:
			r, next, more := m.read(at, i.back)
			if ok = more && m.member(i, r); ok {
				at = next
			}
		case opRun:
			at, ok = m.runOf(i, pc, at)
		case opSplit:
			m.try(i.y, at)
			pc = i.x
		case opJump:
			pc = i.x
		case opSave:
			m.save(undoSave, m.captures, i.x, at)
		case opClear:
			for g := 2 * (i.x + 1); g <= 2*i.y+1; g++ {
				if m.captures[g] >= 0 {
					m.save(undoSave, m.captures, g, -1)
				}
			}
		case opZero:
			m.save(undoSet, m.registers, i.x, 0)
		case opMark:
			m.save(undoSet, m.registers, i.x, at)
		case opRepeat:
			pc = m.again(i, pc, at)
		case opNext:
			count := m.registers[i.x]
			if ok = count < i.min || at != m.registers[i.y]; ok {
				m.save(undoSet, m.registers, i.x, count+1)
			}
		case opBack:
			at, ok = m.same(i, at)
		case opLook:
			ok = m.look(pc, at) != i.not
			pc = i.x
		default:
			ok = m.holds(i, at)
		}
		if !ok {
			if pc, at, ok = m.backtrack(base); !ok {
				return 0, false
			}
		}
	}
}

// again decides whether a repeat goes round once more.
func (m *machine) again(i *instruction, pc, at int) int {
	switch count := m.registers[i.x]; {
	case count < i.min:
		return pc
	case i.max >= 0 && count >= i.max:
		return i.y
	case i.lazy:
		m.try(pc, at)
		return i.y
	}
	m.try(i.y, at)
	return pc
}

// runOf reads as many members of a set as it may.
func (m *machine) runOf(i *instruction, pc, at int) (int, bool) {
	least, count := at, 0
	for i.y < 0 || count < i.y {
		r, next, more := m.read(at, false)
		if !more || !m.member(i, r) {
			break
		}
		at = next
		if count++; count == i.x {
			least = at
		}
		if m.steps++; m.check != nil && m.steps%stepsPerCheck == 0 {
			m.check()
		}
	}
	if count < i.x {
		return at, false
	}
	if at > least {
		m.stack = append(m.stack, choice{kind: tryShorter, pc: int32(pc), at: at, old: least}) //nolint:gosec // bounded by maxCode
	}
	return at, true
}

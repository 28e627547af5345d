package regex

import "unicode/utf16"

// backtrack goes back to the last choice above base.
func (m *machine) backtrack(base int) (pc, at int, ok bool) {
	for len(m.stack) > base {
		top := &m.stack[len(m.stack)-1]
		switch top.kind {
		case undoSave:
			m.captures[top.pc] = top.old
		case undoSet:
			m.registers[top.pc] = top.old
		case tryAt:
			pc, at = int(top.pc), top.at
			m.stack = m.stack[:len(m.stack)-1]
			return pc, at, true
		case tryShorter:
			_, top.at, _ = m.read(top.at, true)
			pc, at = int(top.pc), top.at
			if at <= top.old {
				m.stack = m.stack[:len(m.stack)-1]
			}
			return pc, at, true
		}
		m.stack = m.stack[:len(m.stack)-1]
	}
	return 0, 0, false
}

// look runs the code of a lookaround. What it captured stays; what it could
// have tried besides is forgotten.
func (m *machine) look(pc, at int) bool {
	base := len(m.stack)
	before := append([]int(nil), m.captures...)
	_, ok := m.run(pc, at)
	negative := m.p.code[pc-1].not
	for len(m.stack) > base { // registers go back to what they were
		top := m.stack[len(m.stack)-1]
		if top.kind == undoSet {
			m.registers[top.pc] = top.old
		}
		m.stack = m.stack[:len(m.stack)-1]
	}
	for i, old := range before {
		if m.captures[i] == old {
			continue
		}
		if negative || !ok {
			m.captures[i] = old
			continue
		}
		now := m.captures[i]
		m.captures[i] = old
		m.save(undoSave, m.captures, i, now)
	}
	return ok
}

// same reads again what a group captured; nothing when it captured nothing.
func (m *machine) same(i *instruction, at int) (int, bool) {
	for _, g := range i.list {
		from, to := m.captures[2*g], m.captures[2*g+1]
		if from < 0 || to < 0 {
			continue
		}
		text := m.text[from:to]
		start := at
		if i.back {
			start = at - len(text)
		}
		if start < 0 || start+len(text) > len(m.text) {
			return at, false
		}
		if !m.equal(text, m.text[start:start+len(text)]) {
			return at, false
		}
		if i.back {
			return start, true
		}
		return start + len(text), true
	}
	return at, true
}

func (m *machine) equal(a, b []uint16) bool {
	if m.p.fold && m.p.unicode {
		x, y := utf16.Decode(a), utf16.Decode(b)
		if len(x) != len(y) {
			return false
		}
		for i := range x {
			if fold(x[i], true) != fold(y[i], true) {
				return false
			}
		}
		return true
	}
	for i := range a {
		if a[i] != b[i] && (!m.p.fold || fold(rune(a[i]), false) != fold(rune(b[i]), false)) {
			return false
		}
	}
	return true
}

func (m *machine) holds(i *instruction, at int) bool {
	switch i.op {
	case opStart:
		return at == 0 || m.p.lines && lineEnds.has(rune(m.text[at-1]))
	case opEnd:
		return at == len(m.text) || m.p.lines && lineEnds.has(rune(m.text[at]))
	default: // opWord
		before := at > 0 && m.word(m.text[at-1])
		behind := at < len(m.text) && m.word(m.text[at])
		return (before != behind) != i.not
	}
}

func (m *machine) word(u uint16) bool {
	if m.p.fold && m.p.unicode {
		return foldedWord.has(rune(u))
	}
	return wordSet.has(rune(u))
}

package spool

import (
	"io"
	"sort"
	"sync"
)

// Log is a text that grows at its end while a run goes on, such as its
// recording. The zero Log keeps it in memory; all but the end of one that
// belongs to an account lies in the file. It is safe for concurrent use.
type Log struct {
	account *Account

	mu    sync.Mutex
	parts []part // in order, without gaps
	tail  []byte // what no part has yet
	size  int64
}

// part is a piece of a log: text, or a body.
type part struct {
	from, to int64 // of the log
	text     []byte
	body     *Body
}

// Piece is what is appended to a Log: a text, or a body when that is set.
type Piece struct {
	Text []byte
	Body *Body
}

// inline is the most text that stays in memory between two bodies.
const inline = 4 << 10

// NewLog returns an empty log, which is freed with its account.
func (a *Account) NewLog() *Log { return &Log{account: a} }

// Size is the length in bytes.
func (l *Log) Size() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.size
}

// Append adds pieces at the end, all or none: with an error, which is a
// *FullError or ErrReleased, the log is as it was. It keeps a reference of its
// own to a body and copies texts.
func (l *Log) Append(pieces ...Piece) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range pieces {
		if p.Body != nil && p.Body.lost() {
			return ErrReleased
		}
	}
	if l.account != nil {
		n := int64(0)
		for _, p := range pieces {
			n += int64(len(p.Text))
		}
		if err := l.account.charge(n, n); err != nil {
			return err
		}
	}
	for _, p := range pieces {
		if p.Body != nil {
			l.join(p.Body.Retain())
			continue
		}
		l.tail = append(l.tail, p.Text...)
		l.size += int64(len(p.Text))
		for l.account != nil && len(l.tail) >= Block && l.spill(Block) {
		}
	}
	return nil
}

// join puts a body behind the tail.
func (l *Log) join(b *Body) {
	if len(l.tail) > 0 && (len(l.tail) <= inline || !l.spill(len(l.tail))) {
		l.parts = append(l.parts, part{from: l.size - int64(len(l.tail)), to: l.size, text: l.tail})
		l.tail = nil
	}
	from := l.size
	l.size += b.Size()
	l.parts = append(l.parts, part{from: from, to: l.size, body: b})
}

// spill moves the first n bytes of the tail, at most a block, to the file. When
// the file takes nothing they stay where they are, and count as memory.
func (l *Log) spill(n int) bool {
	b, err := l.account.newBody()
	if err != nil || b.put(l.tail[:n]) != nil {
		return false
	}
	l.account.refund(0, int64(n))
	from := l.size - int64(len(l.tail))
	l.parts = append(l.parts, part{from: from, to: from + int64(n), body: b})
	l.tail = append([]byte(nil), l.tail[n:]...)
	return true
}

// ReadAt implements io.ReaderAt.
func (l *Log) ReadAt(p []byte, offset int64) (n int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for n < len(p) && offset < l.size {
		at := part{from: l.size - int64(len(l.tail)), to: l.size, text: l.tail}
		if i := sort.Search(len(l.parts), func(i int) bool { return l.parts[i].to > offset }); i < len(l.parts) {
			at = l.parts[i]
		}
		want := p[n:min(len(p), n+int(at.to-offset))]
		if at.body == nil {
			copy(want, at.text[offset-at.from:])
		} else if _, err := at.body.ReadAt(want, offset-at.from); err != nil {
			return n, err
		}
		n += len(want)
		offset += int64(len(want))
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

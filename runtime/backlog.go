package runtime

// backlog is replies that arrived before their turn, in order. One that
// is waited for is found without a search.
type backlog struct {
	list []completion // taken ones have no number any more
	from int          // index of the first that may be there
	at   map[int64]int
}

func (b *backlog) add(c completion) {
	if b.at == nil {
		b.at = map[int64]int{}
	}
	b.at[c.seq] = len(b.list)
	b.list = append(b.list, c)
}

// next takes the first reply. False = there is none.
func (b *backlog) next() (completion, bool) {
	for b.from < len(b.list) {
		b.from++
		if c := b.list[b.from-1]; c.seq != 0 {
			return b.take(c.seq)
		}
	}
	return completion{}, false
}

// take takes the reply to call seq. False = it is not there.
func (b *backlog) take(seq int64) (completion, bool) {
	i, ok := b.at[seq]
	if !ok {
		return completion{}, false
	}
	c := b.list[i]
	b.list[i] = completion{}
	if delete(b.at, seq); len(b.at) == 0 {
		b.list, b.from = b.list[:0], 0
	}
	return c, true
}

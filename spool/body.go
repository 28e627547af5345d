package spool

import (
	"fmt"
	"io"
	"sync"
)

// Body is a body in the file. It is freed with its last reference or with the
// account of its run. It is safe for concurrent use.
type Body struct {
	account *Account

	mu     sync.RWMutex // a block may belong to another run as soon as it is free
	size   int64
	blocks []int64
	refs   int
	gone   bool
}

// add appends at most a block. Every block but the last must be full.
func (b *Body) add(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	n := int64(len(p))
	if err := b.account.charge(n, 0); err != nil {
		return err
	}
	err := b.put(p)
	if err != nil {
		b.account.refund(n, 0)
	}
	return err
}

// put is add of what is charged already.
func (b *Body) put(p []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gone {
		return ErrReleased
	}
	block, err := b.account.store.file.write(p)
	if err != nil {
		return err
	}
	b.blocks = append(b.blocks, block)
	b.size += int64(len(p))
	return nil
}

// Size is the length in bytes.
func (b *Body) Size() int64 {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.size
}

// ReadAt implements io.ReaderAt.
func (b *Body) ReadAt(p []byte, offset int64) (n int, err error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.gone {
		return 0, ErrReleased
	}
	for n < len(p) && offset < b.size {
		within := offset % Block
		part := p[n:min(len(p), n+int(min(Block-within, b.size-offset)))]
		if err := b.account.store.file.read(part, b.blocks[offset/Block], within); err != nil {
			return n, err
		}
		n += len(part)
		offset += int64(len(part))
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Reader reads the body from its beginning. It need not be closed.
func (b *Body) Reader() *io.SectionReader { return io.NewSectionReader(b, 0, b.Size()) }

// WriteTo implements io.WriterTo.
func (b *Body) WriteTo(w io.Writer) (int64, error) {
	buf := b.account.store.buffers.Get().(*[Block]byte) // as long as one write: not counted
	defer b.account.store.buffers.Put(buf)
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{b.Reader()}, buf[:])
}

// Bytes reads the whole body into memory.
func (b *Body) Bytes() ([]byte, error) {
	p := make([]byte, b.Size())
	if _, err := b.ReadAt(p, 0); err != nil {
		return nil, fmt.Errorf("read a body: %w", err)
	}
	return p, nil
}

func (b *Body) lost() bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.gone
}

// Retain adds a reference and returns b.
func (b *Body) Retain() *Body {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refs++
	return b
}

// Release drops a reference. The nil Body has none.
func (b *Body) Release() {
	if b == nil {
		return
	}
	b.mu.Lock()
	b.refs--
	last := b.refs == 0
	b.mu.Unlock()
	if !last {
		return
	}
	a := b.account
	a.mu.Lock()
	delete(a.bodies, b)
	a.mu.Unlock()
	a.refund(b.free(), 0)
}

// free gives the blocks back and returns how many bytes were in them.
func (b *Body) free() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gone {
		return 0
	}
	b.gone = true
	b.account.store.file.give(b.blocks)
	b.blocks = nil
	return b.size
}

// Lost is a body that cannot be read: it stands for one that had no room.
func (a *Account) Lost() *Body { return &Body{account: a, refs: 1, gone: true} }

package runtime

import (
	"container/list"
	"sync"
)

// cacheBytes bounds the source text behind the cached programs.
const cacheBytes = 16 << 20

// programs holds the programs compiled lately in this process. A program is
// immutable and a function of its key, so sharing it between runs shows nothing.
var programs = programCache{limit: cacheBytes}

// programCache forgets what was not used for longest. It is safe for
// concurrent use.
type programCache struct {
	limit int

	mu    sync.Mutex
	size  int
	byKey map[string]*list.Element
	order list.List // front = used last
}

type cached struct {
	key  string
	prog *program
	size int
}

func (c *programCache) get(key string) (*program, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*cached).prog, true
}

func (c *programCache) put(key string, p *program, size int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byKey[key]; ok {
		return
	}
	if c.byKey == nil {
		c.byKey = map[string]*list.Element{}
	}
	size += 4096 // what a small program costs besides its text
	c.byKey[key] = c.order.PushFront(&cached{key, p, size})
	c.size += size
	for c.size > c.limit && c.order.Len() > 1 {
		last := c.order.Back()
		old := c.order.Remove(last).(*cached)
		delete(c.byKey, old.key)
		c.size -= old.size
	}
}

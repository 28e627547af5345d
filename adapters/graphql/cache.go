package graphql

import (
	"container/list"
	"context"
	"sync"

	gql "github.com/99designs/gqlgen/graphql"
)

// cache keeps the values used last, by key, within a bound on their weight.
// It is safe for concurrent use.
type cache[T any] struct {
	weigh func(key string, value T) int
	limit int // total weight; heavier values than a sixteenth of it are not kept

	mu     sync.Mutex
	weight int
	byKey  map[string]*list.Element
	order  *list.List // newest first
}

type cached[T any] struct {
	key   string
	value T
}

var _ gql.Cache[string] = (*cache[string])(nil)

func newCache[T any](limit int, weigh func(string, T) int) *cache[T] {
	return &cache[T]{weigh: weigh, limit: limit, byKey: map[string]*list.Element{}, order: list.New()}
}

// Get returns the value under key.
func (c *cache[T]) Get(_ context.Context, key string) (value T, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return value, false
	}
	c.order.MoveToFront(e)
	return e.Value.(cached[T]).value, true //nolint:forcetypeassert // nothing else is put there
}

// Add keeps value under key and drops what was not used for longest.
func (c *cache[T]) Add(_ context.Context, key string, value T) {
	weight := c.weigh(key, value)
	if weight > c.limit/16 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[key]; ok {
		c.drop(e)
	}
	c.byKey[key] = c.order.PushFront(cached[T]{key, value})
	for c.weight += weight; c.weight > c.limit; {
		c.drop(c.order.Back())
	}
}

func (c *cache[T]) drop(e *list.Element) {
	gone := c.order.Remove(e).(cached[T]) //nolint:forcetypeassert // nothing else is put there
	delete(c.byKey, gone.key)
	c.weight -= c.weigh(gone.key, gone.value)
}

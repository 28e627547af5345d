package worker

import (
	"container/heap"
)

// waiter is one run in the queue.
type waiter struct {
	priority  int
	seq       int64
	principal string
	ready     chan handover // buffered
	index     int           // in the heap; -1 = left it
}

// handover is what a waiter gets.
type handover struct {
	worker *process
	err    error
}

// queue orders waiters by priority, then by arrival.
type queue struct {
	items []*waiter
	seq   int64
}

func (q *queue) len() int { return len(q.items) }

func (q *queue) Len() int { return len(q.items) }

func (q *queue) Less(i, j int) bool {
	a, b := q.items[i], q.items[j]
	if a.priority != b.priority {
		return a.priority > b.priority
	}
	return a.seq < b.seq
}

func (q *queue) Swap(i, j int) {
	q.items[i], q.items[j] = q.items[j], q.items[i]
	q.items[i].index, q.items[j].index = i, j
}

func (q *queue) Push(x any) {
	w := x.(*waiter)
	w.index = len(q.items)
	q.items = append(q.items, w)
}

func (q *queue) Pop() any {
	last := len(q.items) - 1
	w := q.items[last]
	q.items[last] = nil
	q.items, w.index = q.items[:last], -1
	return w
}

func (q *queue) pop() *waiter { return heap.Pop(q).(*waiter) }

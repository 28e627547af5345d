package spans

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Run is one run with its spans.
type Run struct {
	Name  string    // of the task
	File  string    // the functions' file
	Start time.Time // of the run
	Wall  time.Duration
	Spans []Span
}

// The kinds of a span.
const (
	Function = "function" // a call of the task's code; its own time is time of the processor
	Host     = "host"     // a host call, such as fetch; it runs in parallel with the code
	System   = "system"   // a phase of the execution
)

// Span is one timed piece of a run. Spans may overlap: a function that awaits
// lasts while others run. Only Self of functions adds up.
type Span struct {
	ID       string
	Parent   string // empty or unknown = the run
	Name     string
	Kind     string
	Line     int           // of a function, from 1; 0 = unknown
	Start    time.Duration // since the start of the run
	Duration time.Duration
	Self     time.Duration // without what it called and waited for
	Count    int           // calls added up in it; 0 and 1 = one
	Tags     map[string]any
}

// waiting is the frame for the time in which no code of the task ran.
const waiting = "(waiting)"

// node is one frame of the call tree: calls of one function from one place of
// the tree are one node.
type node struct {
	name, file string
	line       int
	count      int
	self       time.Duration
	start      time.Duration // of the first call
	children   []*node
	byName     map[frameKey]*node
}

type frameKey struct {
	name string
	line int
}

func (n *node) child(s *Span, file string) *node {
	key := frameKey{s.Name, s.Line}
	if c := n.byName[key]; c != nil {
		return c
	}
	c := &node{name: s.Name, file: file, line: s.Line, start: s.Start}
	if n.byName == nil {
		n.byName = map[frameKey]*node{}
	}
	n.byName[key] = c
	n.children = append(n.children, c)
	return c
}

// total is the own time of a node and all below it.
func (n *node) total() time.Duration {
	d := n.self
	for _, c := range n.children {
		d += c.total()
	}
	return d
}

// tree adds up the functions of a run by where they were called from. The
// root's time is the run's: what the functions do not take was waited for.
func tree(r Run) *node {
	root := &node{name: r.Name, file: r.File, count: 1}
	byID := make(map[string]*Span, len(r.Spans))
	for i := range r.Spans {
		byID[r.Spans[i].ID] = &r.Spans[i]
	}
	nodes := make(map[string]*node, len(r.Spans))
	var place func(s *Span) *node
	place = func(s *Span) *node {
		if n := nodes[s.ID]; n != nil {
			return n
		}
		nodes[s.ID] = root // ends a chain of parents that comes back to s
		parent := root
		if up := byID[s.Parent]; up != nil && up.Kind == Function {
			parent = place(up)
		}
		n := parent.child(s, r.File)
		nodes[s.ID] = n
		return n
	}
	for i := range r.Spans {
		s := &r.Spans[i]
		if s.Kind != Function {
			continue
		}
		n := place(s)
		n.count += max(s.Count, 1)
		n.self += s.Self
	}
	if rest := r.Wall - root.total(); rest > 0 {
		root.children = append(root.children, &node{name: waiting, count: 1, self: rest, start: math.MaxInt64})
	}
	return root
}

// walk visits the nodes below root, each with its stack, root first.
func walk(root *node, visit func(stack []*node)) {
	var down func(stack []*node)
	down = func(stack []*node) {
		n := stack[len(stack)-1]
		visit(stack)
		slices.SortStableFunc(n.children, func(a, b *node) int { return cmp.Compare(a.start, b.start) })
		for _, c := range n.children {
			down(append(stack, c))
		}
	}
	down([]*node{root})
}

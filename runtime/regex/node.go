package regex

// node is a part of a pattern.
type node interface{}

type (
	charNode  struct{ r rune }
	classNode struct {
		set     set
		strings [][]rune // of a class of the flag v, longest first
		several bool     // it is a union of several operands
	}
	emptyNode struct{}
	seqNode   struct{ list []node }
	altNode   struct{ list []node }
	groupNode struct {
		index int
		body  node
	} // index 0 = it captures nothing
	startNode struct{}
	endNode   struct{}
	wordNode  struct{ not bool }
	lookNode  struct {
		behind, not bool
		body        node
	}
	backNode struct {
		index int
		name  string
	}
	repeatNode struct {
		body     node
		min, max int // max -1 = no end
		lazy     bool
		from, to int // its capture groups: from < i <= to
	}
)

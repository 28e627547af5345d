package logging

import "sync/atomic"

// Levels is the filter in force. It is safe for concurrent use; the zero value
// is info for everything.
type Levels struct {
	current atomic.Pointer[Filter]
}

// NewLevels returns Levels with a filter, or with that of Default when text is
// no filter: whoever has to know checks it with Parse first.
func NewLevels(text string) *Levels {
	l := new(Levels)
	if err := l.Set(text); err != nil {
		l.current.Store(new(Filter))
	}
	return l
}

// Set replaces the filter. On an error the one before stays.
func (l *Levels) Set(text string) error {
	f, err := Parse(text)
	if err != nil {
		return err
	}
	l.current.Store(&f)
	return nil
}

// String is the filter in force.
func (l *Levels) String() string { return l.filter().String() }

func (l *Levels) filter() *Filter {
	if f := l.current.Load(); f != nil {
		return f
	}
	return new(Filter)
}

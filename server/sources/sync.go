package sources

import (
	"bytes"
	"maps"

	"ratchet"
)

// InSync says whether the files of t say what its row does. A task without files below
// Root has nothing to differ from. The files may have changed a moment later.
func (f Folder) InSync(t *ratchet.Task) bool {
	if !f.holds(t.Path) {
		return true
	}
	written, problems, err := Load(t.Path)
	if err != nil || written == nil || Failed(problems) {
		return false
	}
	same, err := Same(written, t)
	return err == nil && same
}

// Same says whether two tasks would be written alike.
func Same(a, b *ratchet.Task) (bool, error) {
	x, err := Files(a)
	if err != nil {
		return false, err
	}
	y, err := Files(b)
	if err != nil {
		return false, err
	}
	return maps.EqualFunc(x, y, bytes.Equal), nil
}

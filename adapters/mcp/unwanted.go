package mcp

import (
	"bytes"
	"sync"
)

// unwanted are the ids of requests with the SDK that their client cancelled:
// they get no answer, even when the connection ends first.
type unwanted struct {
	mu  sync.Mutex
	ids map[string]bool
}

// maxUnwanted bounds the ids that are remembered; clients cancel few.
const maxUnwanted = 1000

func (u *unwanted) add(id string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ids == nil || len(u.ids) >= maxUnwanted {
		u.ids = map[string]bool{}
	}
	u.ids[id] = true
}

// has says whether a response is to one of them.
func (u *unwanted) has(response []byte) bool {
	rest, ok := bytes.CutPrefix(response, []byte(answerHead))
	if !ok {
		return false
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.ids[string(rest[:value(rest, 0)])]
}

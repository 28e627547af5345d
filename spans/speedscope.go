package spans

import (
	"encoding/json"
	"fmt"
	"time"
)

type speedscopeFile struct {
	Schema   string              `json:"$schema"`
	Name     string              `json:"name"`
	Exporter string              `json:"exporter"`
	Active   int                 `json:"activeProfileIndex"`
	Shared   speedscopeShared    `json:"shared"`
	Profiles []speedscopeProfile `json:"profiles"`
}

type speedscopeShared struct {
	Frames []speedscopeFrame `json:"frames"`
}

type speedscopeFrame struct {
	Name string `json:"name"`
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

type speedscopeProfile struct {
	Type   string            `json:"type"`
	Name   string            `json:"name"`
	Unit   string            `json:"unit"`
	Start  float64           `json:"startValue"`
	End    float64           `json:"endValue"`
	Events []speedscopeEvent `json:"events"`
}

type speedscopeEvent struct {
	Type  string  `json:"type"` // O opens a frame, C closes it
	Frame int     `json:"frame"`
	At    float64 `json:"at"`
}

// Speedscope writes an evented profile in the file format of speedscope. Its
// events must nest, which functions that await do not: frames stand one after
// another in the order of their first call, as wide as their own time and that
// of what they called.
func Speedscope(r Run) ([]byte, error) {
	root := tree(r)
	file := speedscopeFile{
		Schema: "https://www.speedscope.app/file-format-schema.json", Name: r.Name, Exporter: "ratchet",
	}
	profile := speedscopeProfile{Type: "evented", Name: r.Name, Unit: "microseconds", Events: []speedscopeEvent{}}
	frames := map[frameKey]int{}
	walk(root, func([]*node) {}) // puts the children in order
	at := time.Duration(0)
	var lay func(n *node)
	lay = func(n *node) {
		key := frameKey{n.name, n.line}
		id, ok := frames[key]
		if !ok {
			id = len(file.Shared.Frames)
			frames[key] = id
			file.Shared.Frames = append(file.Shared.Frames, speedscopeFrame{Name: n.name, File: n.file, Line: n.line})
		}
		profile.Events = append(profile.Events, speedscopeEvent{"O", id, micros(at)})
		at += n.self
		for _, c := range n.children {
			lay(c)
		}
		profile.Events = append(profile.Events, speedscopeEvent{"C", id, micros(at)})
	}
	lay(root)
	profile.End = micros(at)
	file.Profiles = []speedscopeProfile{profile}
	out, err := json.Marshal(file)
	if err != nil {
		return nil, fmt.Errorf("write a speedscope profile: %w", err)
	}
	return out, nil
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

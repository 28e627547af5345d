package worker

import (
	"github.com/tinylib/msgp/msgp"

	"ratchet/runtime"
)

// appendFollowed and followed carry how a run followed its tape.
func appendFollowed(b []byte, f *runtime.Followed) []byte {
	if f == nil {
		return msgp.AppendNil(b)
	}
	b = msgp.AppendArrayHeader(b, 5)
	b = msgp.AppendInt(msgp.AppendInt(b, f.Events), f.Total)
	b = msgp.AppendBool(b, f.Complete)
	b = msgp.AppendString(b, string(f.Cut))
	d := f.Divergence
	if d == nil {
		return msgp.AppendNil(b)
	}
	b = msgp.AppendArrayHeader(b, 6)
	b = msgp.AppendInt(b, d.Event)
	b = msgp.AppendString(b, d.Wanted)
	b = msgp.AppendString(b, d.Got)
	b = msgp.AppendString(b, d.Source)
	return msgp.AppendInt(msgp.AppendInt(b, d.Line), d.Column)
}

func (d *decoder) followed() *runtime.Followed {
	if d.isNil() {
		return nil
	}
	d.array(5)
	f := &runtime.Followed{Events: d.int(), Total: d.int(), Complete: d.bool(), Cut: runtime.Cut(d.str())}
	if d.isNil() {
		return f
	}
	d.array(6)
	f.Divergence = &runtime.Divergence{
		Event: d.int(), Wanted: d.str(), Got: d.str(), Source: d.str(), Line: d.int(), Column: d.int(),
	}
	return f
}

package runtime

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dop251/goja"

	"ratchet"
)

// console is the state behind console.*: counters, timers and groups.
type console struct {
	v      *vm
	counts map[string]int
	timers map[string]time.Duration
	depth  int
}

func installConsole(v *vm) error {
	k := &console{v: v, counts: map[string]int{}, timers: map[string]time.Duration{}}
	return v.define("console", v.rt.NewDynamicObject(&consoleObject{v: v, values: map[string]goja.Value{}, methods: map[string]func([]goja.Value){
		"log": k.at("info"), "info": k.at("info"), "debug": k.at("debug"), "trace": k.at("trace"),
		"warn": k.at("warn"), "error": k.at("error"), "dir": k.at("info"),
		"assert": k.assert, "table": k.table, "time": k.time, "timeEnd": k.timeEnd, "timeLog": k.timeLog,
		"group": k.group, "groupCollapsed": k.group, "groupEnd": k.groupEnd, "count": k.count, "countReset": k.countReset,
	}}))
}

// consoleObject is the global console. Its functions are made when first read:
// most runs use one of them.
type consoleObject struct {
	v       *vm
	methods map[string]func([]goja.Value)
	values  map[string]goja.Value
}

func (o *consoleObject) Get(key string) goja.Value {
	if value, ok := o.values[key]; ok {
		return value
	}
	method, ok := o.methods[key]
	if !ok {
		return nil
	}
	o.values[key] = o.v.value(key, func(c goja.FunctionCall) goja.Value {
		method(c.Arguments)
		return goja.Undefined()
	})
	return o.values[key]
}

func (o *consoleObject) Set(key string, value goja.Value) bool {
	o.values[key] = value
	return true
}

func (o *consoleObject) Has(key string) bool {
	_, set := o.values[key]
	_, ours := o.methods[key]
	return set || ours
}

func (o *consoleObject) Delete(key string) bool {
	delete(o.values, key)
	delete(o.methods, key)
	return true
}

func (o *consoleObject) Keys() []string {
	all := slices.Collect(maps.Keys(o.methods))
	for key := range o.values {
		if _, ours := o.methods[key]; !ours {
			all = append(all, key)
		}
	}
	slices.Sort(all)
	return all
}

func (k *console) at(level string) func([]goja.Value) {
	return func(args []goja.Value) { k.write(level, args) }
}

func (k *console) write(level string, args []goja.Value) {
	if k.depth > 0 {
		args = append([]goja.Value{k.v.rt.ToValue(strings.Repeat("  ", k.depth-1) + " ")}, args...)
	}
	k.v.logArguments(level, "console", args, false)
}

func (k *console) print(level, text string) { k.write(level, []goja.Value{k.v.rt.ToValue(text)}) }

func (k *console) assert(args []goja.Value) {
	if len(args) > 0 && args[0].ToBoolean() {
		return
	}
	text := []goja.Value{k.v.rt.ToValue("Assertion failed")}
	if len(args) > 1 {
		text[0] = k.v.rt.ToValue("Assertion failed:")
		text = append(text, args[1:]...)
	}
	k.write("error", text)
}

func label(args []goja.Value) string {
	if len(args) == 0 || goja.IsUndefined(args[0]) {
		return "default"
	}
	return args[0].String()
}

func (k *console) count(args []goja.Value) {
	l := label(args)
	k.counts[l]++
	k.print("info", fmt.Sprintf("%s: %d", l, k.counts[l]))
}

func (k *console) countReset(args []goja.Value) { delete(k.counts, label(args)) }

func (k *console) group(args []goja.Value) {
	if len(args) > 0 {
		k.write("info", args)
	}
	k.depth++
}

func (k *console) groupEnd([]goja.Value) { k.depth = max(0, k.depth-1) }

func (k *console) time(args []goja.Value) { k.timers[label(args)] = k.v.runningClock() }

func (k *console) timeLog(args []goja.Value) {
	l := label(args)
	start, ok := k.timers[l]
	if !ok {
		k.print("warn", fmt.Sprintf("no timer %q was started", l))
		return
	}
	k.print("info", fmt.Sprintf("%s: %.3fms", l, float64((k.v.runningClock()-start).Microseconds())/1000))
}

func (k *console) timeEnd(args []goja.Value) {
	k.timeLog(args)
	delete(k.timers, label(args))
}

// table prints one line per row: its key and its columns.
func (k *console) table(args []goja.Value) {
	rows, ok := firstValue(args).(*goja.Object)
	if !ok {
		k.write("info", args)
		return
	}
	var b strings.Builder
	for i, key := range rows.Keys() {
		if i > 0 {
			b.WriteByte('\n')
		}
		if i == 100 {
			b.WriteString("…")
			break
		}
		b.WriteString(key)
		row := rows.Get(key)
		o, ok := row.(*goja.Object)
		if !ok {
			b.WriteString(" | " + k.v.inspect(row))
			continue
		}
		for _, column := range o.Keys() {
			b.WriteString(" | " + column + ": " + k.v.inspect(o.Get(column)))
		}
	}
	k.print("info", b.String())
}

func firstValue(args []goja.Value) goja.Value {
	if len(args) == 0 {
		return goja.Undefined()
	}
	return args[0]
}

// logArguments writes one line from the arguments of a logging call. The first
// Error among them is kept as data too, and with structured a plain object
// after the message becomes the line's fields.
func (v *vm) logArguments(level, logger string, args []goja.Value, structured bool) {
	v.effect("it writes to the log")
	if v.logs.full() {
		v.logs.dropped++
		return
	}
	line := ratchet.LogLine{Level: level, Logger: logger, Source: v.position()}
	for _, a := range args {
		if o, ok := a.(*goja.Object); ok && o.ClassName() == "Error" {
			line.Error = v.describe(o).json()
			break
		}
	}
	if n := len(args); structured && n > 1 {
		if o, ok := args[n-1].(*goja.Object); ok && o.ClassName() == "Object" {
			text, err := v.stringify(goja.Undefined(), o)
			v.unwind(err)
			if err == nil && goja.IsString(text) && jsonDepth(text.String()) <= maxJSONDepth {
				line.Fields = json.RawMessage(text.String())
				args = args[:n-1]
			}
		}
	}
	line.Message = v.format(args)
	v.logs.add(line)
}

// positionDepth is how far up the author's frame is looked for.
const positionDepth = 16

// position is where in the author's source the VM is.
func (v *vm) position() *ratchet.Position {
	frames := v.rt.CaptureCallStack(positionDepth, nil)
	for i := range frames {
		if _, ok := v.prog.files[frames[i].SrcName()]; !ok && frames[i].SrcName() != bundleName {
			continue
		}
		pos := frames[i].Position()
		if _, ok := v.prog.files[pos.Filename]; !ok {
			continue
		}
		if pos.Line == 1 {
			pos.Column = max(1, pos.Column-v.prog.shift)
		}
		return &ratchet.Position{File: pos.Filename, Line: pos.Line, Column: pos.Column}
	}
	return nil
}

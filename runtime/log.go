package runtime

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"ratchet"
)

// logBatch is how many lines wait at most before they are sent.
const logBatch = 64

// logger numbers, cuts, counts and batches the log lines of a run.
type logger struct {
	send    func([]ratchet.LogLine) // nil = discarded
	now     func() time.Time
	limits  Limits
	batch   []ratchet.LogLine
	number  int
	dropped int
}

func (l *logger) add(line ratchet.LogLine) {
	if l.number >= l.limits.LogLines {
		l.dropped++
		return
	}
	l.append(line)
}

func (l *logger) append(line ratchet.LogLine) {
	l.number++
	if l.send == nil {
		return
	}
	line.Number = l.number
	line.At = l.now()
	line.Message = cut(line.Message, l.limits.LogLineBytes)
	if len(line.Fields) > l.limits.LogLineBytes {
		line.Fields = json.RawMessage(fmt.Sprintf(`{"dropped_bytes":%d}`, len(line.Fields)))
	}
	if len(line.Error) > 2*l.limits.LogLineBytes {
		line.Error = json.RawMessage(fmt.Sprintf(`{"dropped_bytes":%d}`, len(line.Error)))
	}
	l.batch = append(l.batch, line)
	if len(l.batch) >= logBatch {
		l.flush()
	}
}

func (l *logger) flush() {
	if len(l.batch) > 0 {
		l.send(l.batch)
		l.batch = nil
	}
}

// close says how many lines were dropped and sends what is left.
func (l *logger) close() {
	if l.dropped > 0 {
		l.append(ratchet.LogLine{
			Level: "warn", Logger: "runtime",
			Message: fmt.Sprintf("%d log lines dropped after the limit of %d", l.dropped, l.limits.LogLines),
		})
	}
	l.flush()
}

// log writes one line of the run's log. fields is a JSON object and errInfo a
// {name, message, stack}, or nil; pos is the author's position, or nil.
func (v *vm) log(level, name, msg string, fields, errInfo json.RawMessage, pos *ratchet.Position) {
	v.logs.add(ratchet.LogLine{
		Level: level, Logger: name, Message: msg, Fields: fields, Error: errInfo, Source: pos,
	})
}

// cut shortens text to size bytes of valid UTF-8 and says by how much.
func cut(text string, size int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= size {
		return text
	}
	n := size
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return fmt.Sprintf("%s… (%d bytes cut)", text[:n], len(text)-n)
}

// full says that no further line is kept.
func (l *logger) full() bool { return l.number >= l.limits.LogLines }

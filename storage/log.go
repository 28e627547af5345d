package storage

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/vmihailenco/msgpack/v5"

	"ratchet"
)

// A chunk of log lines is msgpack after one byte that says how it is packed.
const (
	chunkPlain = 0
	chunkS2    = 1
	// chunkLines bounds a chunk, so that a page of lines needs few of them.
	chunkLines = 500
	// compressFrom is the size below which compression saves nothing.
	compressFrom = 512
)

// Levels are the log levels from low to high.
func Levels() []string { return []string{"trace", "debug", "info", "warn", "error"} }

// levelRank is the place of a level; unknown levels count as info.
func levelRank(level string) int {
	if i := slices.Index(Levels(), level); i >= 0 {
		return i
	}
	return 2
}

type logChunk struct {
	levels int64 // bit per level in it
	data   []byte
}

func chunkLogs(lines []ratchet.LogLine) ([]logChunk, error) {
	if len(lines) == 0 {
		return nil, nil
	}
	var chunks []logChunk
	for group := range slices.Chunk(lines, chunkLines) {
		var c logChunk
		for i := range group {
			c.levels |= 1 << levelRank(group[i].Level)
		}
		data, err := pack(group)
		if err != nil {
			return nil, err
		}
		if len(data) < compressFrom {
			c.data = append([]byte{chunkPlain}, data...)
		} else {
			c.data = append([]byte{chunkS2}, s2.Encode(nil, data)...)
		}
		chunks = append(chunks, c)
	}
	return chunks, nil
}

func unchunk(data []byte) (lines []ratchet.LogLine, err error) {
	if len(data) == 0 {
		return nil, damaged("an empty chunk of log lines")
	}
	body := data[1:]
	if data[0] == chunkS2 {
		if body, err = s2.Decode(nil, body); err != nil {
			return nil, damaged(err.Error())
		}
	}
	if err := msgpack.Unmarshal(body, &lines); err != nil {
		return nil, damaged(err.Error())
	}
	for i := range lines {
		lines[i].At = lines[i].At.UTC()
	}
	return lines, nil
}

func (t *tx) appendLog(b *bulk, number int64, c logChunk) {
	t.w.seq++
	b.begin()
	b.int(number)
	b.int(t.w.seq)
	b.int(c.levels)
	b.blob(c.data)
	b.end()
}

func (t *tx) insertLogs(b *bulk) error {
	if b.count == 0 {
		return nil
	}
	return t.exec("store log lines", `INSERT INTO logs (execution, seq, levels, data)
		SELECT value->>0, value->>1, value->>2, substr(?2, value->>3, value->>4) FROM json_each(?1)`, b.args()...)
}

// AppendLogs stores lines of an execution in the order of their numbers, which
// start at 1 and are given by the caller. A line stored twice is read once.
func (db *DB) AppendLogs(ctx context.Context, executionID string, lines []ratchet.LogLine) error {
	chunks, err := chunkLogs(lines)
	if err != nil || len(chunks) == 0 {
		return err
	}
	return db.write(ctx, false, func(t *tx) error {
		var number int64
		if err := t.numberOf(executionID, &number); err != nil {
			return err
		}
		var b bulk
		for _, c := range chunks {
			t.appendLog(&b, number, c)
		}
		return t.insertLogs(&b)
	})
}

// LogQuery asks for lines of one execution.
type LogQuery struct {
	MinLevel   string // lowest level wanted; empty = all
	Search     string // plain text in the message; empty = all
	Limit      int    // 0 = 100; the newest lines are kept
	AfterLine  int    // only lines after this number, the oldest kept; 0 = all
	BeforeLine int    // only lines before this number; 0 = all
}

// LogPage is a page of log lines, oldest first.
type LogPage struct {
	Lines   []ratchet.LogLine
	Total   int           // lines that match, whatever the limit
	Scanned int           // lines looked at
	Took    time.Duration // of reading and searching
	More    bool          // further lines match: earlier ones, or later ones with AfterLine
}

// Logs returns lines of an execution. With AfterLine it is a tail: the oldest
// of the later lines come first, so that repeated calls miss none.
func (db *DB) Logs(ctx context.Context, executionID string, query LogQuery) (LogPage, error) {
	started := db.now()
	var chunks [][]byte
	err := db.snapshot(ctx, func(q querier) error {
		number, err := executionNumber(ctx, q, executionID)
		if err != nil {
			return err
		}
		return each(ctx, q, "read log lines", func(r *sql.Rows) error {
			var data []byte
			if err := r.Scan(&data); err != nil {
				return err
			}
			chunks = append(chunks, data)
			return nil
		}, "SELECT data FROM logs WHERE execution = ? AND levels >= ? ORDER BY seq", number, 1<<levelFloor(query.MinLevel))
	})
	if err != nil {
		return LogPage{}, err
	}
	page := query.apply(chunks, func(err error) { db.skip("log of execution", executionID, err) })
	page.Took = db.now().Sub(started)
	return page, nil
}

func levelFloor(level string) int {
	if level == "" {
		return 0
	}
	return levelRank(level)
}

func (query LogQuery) apply(chunks [][]byte, skip func(error)) LogPage {
	page := LogPage{Lines: []ratchet.LogLine{}}
	limit, floor := query.Limit, levelFloor(query.MinLevel)
	if limit <= 0 {
		limit = 100
	}
	seen := 0
	for _, data := range chunks {
		lines, err := unchunk(data)
		if err != nil {
			skip(err)
			continue
		}
		for i := range lines {
			l := &lines[i]
			if l.Number != 0 && l.Number <= seen {
				continue // stored twice
			}
			seen = max(seen+1, l.Number)
			l.Number = seen
			page.Scanned++
			if levelRank(l.Level) < floor || l.Number <= query.AfterLine ||
				(query.BeforeLine > 0 && l.Number >= query.BeforeLine) || !strings.Contains(l.Message, query.Search) {
				continue
			}
			page.Total++
			page.Lines = append(page.Lines, *l)
		}
	}
	if page.More = len(page.Lines) > limit; !page.More {
		return page
	}
	if query.AfterLine > 0 {
		page.Lines = page.Lines[:limit]
	} else {
		page.Lines = page.Lines[len(page.Lines)-limit:]
	}
	return page
}

// executionNumber finds the numeric id of an execution by UUID or number.
func executionNumber(ctx context.Context, q querier, ref string) (int64, error) {
	column, value := executionRef(ref)
	var number int64
	only, args := visible(ctx, "task_name")
	err := one(ctx, q, "find an execution", []any{&number}, "SELECT id FROM executions WHERE "+only+" AND "+column+" = ?", append(args, value)...)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, notFound("execution", ref, ratchet.ToolListExecutions)
	}
	return number, err
}

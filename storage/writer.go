package storage

import (
	"context"
	"database/sql"
	"errors"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"time"

	"ratchet"
)

// maxBatch bounds how many writes share a transaction: beyond it the CPU, not
// the disk, is the limit and latency only grows.
const maxBatch = 256

// collectTime is how long the row of a new execution may wait for company.
const collectTime = time.Millisecond

// op is one write of one caller. Exactly one of insert, finish and fn is set;
// the first two are hot and are written in bulk.
type op struct {
	durable bool // synced to disk before the caller is answered
	insert  *insertRow
	finish  *finishRow
	// fn must be safe to run again after a rollback.
	fn func(tx *tx) error
	// failed is called with a bulk write's error by the writer, before done is closed.
	failed func(error)
	audit  []*AuditRow  // entries of the audit that are stored with it, see attachAuditEntry
	state  atomic.Int32 // opWaiting, then opTaken or opDropped
	err    error        // valid once done is closed
	done   chan struct{}
}

const (
	opWaiting = iota
	opTaken   // the writer has it; the caller must wait for the truth
	opDropped // the caller gave up before the writer took it
)

// writer owns the only connections that write. Its goroutine is the only one
// that uses them and the counters.
type writer struct {
	db     *DB
	queue  chan *op
	quit   chan struct{}
	ended  chan struct{}
	once   sync.Once
	lazy   *sql.Conn     // synchronous=NORMAL: survives a crash of the process
	full   *sql.Conn     // synchronous=FULL: survives a crash of the machine
	now    chan struct{} // a caller waits for an insert
	number int64         // last numeric id of an execution
	folded int64         // last one that was folded into the counters
	seq    int64         // last sequence of a chunk of log lines
	chain  link          // end of the audit
	run    bool          // the goroutine was started
	piece  []byte        // holds one piece of a content while it is written; nil = not used yet
}

func newWriter(ctx context.Context, db *DB) (*writer, error) {
	w := &writer{
		db: db, queue: make(chan *op, maxBatch),
		quit: make(chan struct{}), ended: make(chan struct{}), now: make(chan struct{}, 1),
	}
	var err error
	if w.full, err = writeConn(ctx, db.writes, "FULL"); err != nil {
		return nil, err
	}
	if db.path == "" {
		w.lazy = w.full // a second connection would be another database
		return w, nil
	}
	if w.lazy, err = writeConn(ctx, db.writes, "NORMAL"); err != nil {
		return nil, errors.Join(err, w.full.Close())
	}
	return w, nil
}

// writeConn pins a connection of the pool for good.
func writeConn(ctx context.Context, pool *sql.DB, synchronous string) (*sql.Conn, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, driverError("connect", err)
	}
	rows, err := conn.QueryContext(ctx, "PRAGMA synchronous = "+synchronous)
	if err == nil {
		err = errors.Join(rows.Err(), rows.Close()) //nolint:sqlclosecheck // closed here, because its error counts
	}
	if err != nil {
		return nil, errors.Join(driverError("set synchronous", err), conn.Close())
	}
	return conn, nil
}

// start reads the counters and starts the goroutine.
func (w *writer) start(ctx context.Context) error {
	const last = `SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'executions'), 0)`
	if err := w.full.QueryRowContext(ctx, last).Scan(&w.number); err != nil {
		return driverError("read the last number", err)
	}
	if err := w.full.QueryRowContext(ctx, "SELECT upto FROM counted").Scan(&w.folded); err != nil {
		return driverError("read the counters", err)
	}
	chain, err := readLink(ctx, w.full)
	if err != nil {
		return err
	}
	w.chain = chain
	w.seq = w.db.micros() // above every earlier one: a run adds far fewer than one per microsecond
	w.run = true
	go w.live()
	return nil
}

// stop ends the goroutine after the writes already queued and frees the connections.
func (w *writer) stop() {
	w.once.Do(func() {
		close(w.quit)
		if w.run {
			<-w.ended
		}
		if w.lazy != w.full && w.lazy != nil {
			w.lazy.Close()
		}
		w.full.Close()
	})
}

// errClosed is what a write gets after Close.
func errClosed() *ratchet.Error {
	return ratchet.Errorf(ratchet.CodeUnavailable, "the server is shutting down").WithHint("try again in a moment")
}

// do queues o and waits for its commit.
func (w *writer) do(ctx context.Context, o *op) error {
	if err := w.enqueue(ctx, o); err != nil {
		return err
	}
	return w.await(ctx, o)
}

// enqueue hands o to the writer. Writes are made in the order of the queue.
func (w *writer) enqueue(ctx context.Context, o *op) error {
	o.done = make(chan struct{})
	attachAuditEntry(ctx, o)
	select {
	case <-w.quit:
		return errClosed()
	case <-ctx.Done():
		return context.Cause(ctx)
	case w.queue <- o:
		return nil
	}
}

// commitNow commits the pending batch now: a caller waits for it.
func (w *writer) commitNow() {
	select {
	case w.now <- struct{}{}:
	default:
	}
}

// await waits for the commit of a queued op. When ctx ends first, o is
// withdrawn; if the writer has it already, await waits for the truth, which
// one commit brings.
func (w *writer) await(ctx context.Context, o *op) error {
	select {
	case <-o.done:
		return o.err
	case <-w.ended:
	case <-ctx.Done():
		if o.state.CompareAndSwap(opWaiting, opDropped) {
			return context.Cause(ctx)
		}
	}
	select {
	case <-o.done:
		return o.err
	case <-w.ended: // Close came between; either it was done or it never will be
		if o.state.CompareAndSwap(opWaiting, opDropped) {
			return errClosed()
		}
		<-o.done
		return o.err
	}
}

// write runs fn in a transaction shared with other callers.
func (db *DB) write(ctx context.Context, durable bool, fn func(tx *tx) error) error {
	return db.w.do(ctx, &op{durable: durable, fn: fn})
}

// live is the writer's goroutine.
func (w *writer) live() {
	defer close(w.ended)
	ratchet.Keep("write", ratchet.Logged(w.db.log, "write"), w.loop)
}

func (w *writer) loop() {
	batch := make([]*op, 0, maxBatch)
	timer := time.NewTimer(collectTime)
	defer timer.Stop()
	for {
		select {
		case o := <-w.queue:
			batch = w.gather(w.collect(append(batch[:0], o), timer))
		case <-w.quit:
			if batch = w.gather(batch[:0]); len(batch) == 0 {
				return
			}
		}
		w.turn(batch)
		clear(batch)
		w.foldDue()
	}
}

// turn commits a batch and answers its writes, each of them whatever panics.
func (w *writer) turn(batch []*op) {
	w.settle(batch)
	w.announce(batch)
	for _, o := range batch {
		w.answer(o)
	}
}

func (w *writer) settle(batch []*op) {
	defer ratchet.Recover("write", func(err error) {
		for _, o := range batch {
			o.err = err // whether it is stored is not known
		}
	})
	w.commit(batch)
}

func (w *writer) announce(batch []*op) {
	defer ratchet.Recover("report audit entries", ratchet.Logged(w.db.log, "report audit entries"))
	w.publishAudit(batch)
}

func (w *writer) answer(o *op) {
	defer close(o.done)
	defer ratchet.Recover("report a failed write", ratchet.Logged(w.db.log, "report a failed write"))
	if o.err != nil && o.failed != nil {
		o.failed(o.err)
	}
}

// collect waits for the end of a run while there is nothing to write but rows
// of runs that have just begun and that no caller waits for: most runs are over
// soon, and both writes then cost one commit.
func (w *writer) collect(batch []*op, timer *time.Timer) []*op {
	timer.Reset(collectTime)
	for len(batch) < maxBatch && batch[len(batch)-1].insert != nil {
		select {
		case o := <-w.queue:
			batch = append(batch, o)
		case <-w.now:
			return batch
		case <-timer.C:
			return batch
		case <-w.quit:
			return batch
		}
	}
	return batch
}

// gather adds what else is waiting. Callers of the last batch were just woken:
// yielding lets them queue their next write, so that groups stay large instead
// of alternating between one and all.
func (w *writer) gather(batch []*op) []*op {
	for idle := 0; len(batch) < maxBatch && idle < 2; {
		select {
		case o := <-w.queue:
			batch, idle = append(batch, o), 0
		default:
			idle++
			goruntime.Gosched()
		}
	}
	taken := batch[:0]
	for _, o := range batch {
		if o.state.CompareAndSwap(opWaiting, opTaken) {
			taken = append(taken, o)
		}
	}
	return taken
}

package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

type object = map[string]any

// client calls tools as one caller does, one call after the other.
type client struct {
	b      *bench
	random *rand.Rand
	http   *http.Client
	name   string
	n      int    // of calls so far
	last   string // execution that completed without effects
}

func newClient(b *bench, i int) *client {
	return &client{
		b: b, random: rand.New(rand.NewPCG(b.options.Seed, uint64(i)+1)), name: fmt.Sprintf("c%d", i), //nolint:gosec // small
		http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2}, Timeout: 40 * time.Second},
	}
}

// createTasks stores what the clients run.
func (b *bench) createTasks(ctx context.Context) error {
	c := newClient(b, -1)
	for name, code := range map[string]string{
		"keep": `export default (i) => ({ n: i.n })`,
		"slow": `export default async (i) => { for (let k = 0; k < 40; k++) await new Promise((r) => setTimeout(r, 25)); return { n: i.n } }`,
		"pay":  `export default async (i) => (await fetch(i.url, { method: "POST", body: { token: i.token }, timeout: 5000 })).body`,
	} {
		object := json.RawMessage(`{"type":"object"}`)
		a, err := c.b.call(ctx, c.http, "ratchet_create_task", map[string]any{
			"name": name, "description": name, "code": code, "input_schema": object, "output_schema": object,
			"metadata": json.RawMessage(`{"http":{"throw_on_error":true}}`),
		})
		if err != nil || a.IsError {
			return errors.Join(err, fmt.Errorf("task %s: %+v", name, a))
		}
	}
	return nil
}

// work calls until loading ends; what was begun is brought to its end.
func (c *client) work(ctx, loading context.Context) {
	defer c.http.CloseIdleConnections()
	for loading.Err() == nil && ctx.Err() == nil {
		c.n++
		key := fmt.Sprintf("%s-%d", c.name, c.n)
		switch k := c.random.IntN(100); {
		case k < 50:
			c.keep(ctx, key)
		case k < 70:
			c.pay(ctx, key)
		case k < 80:
			c.handle(ctx, key)
		case k < 88:
			c.cancel(ctx, key)
		case k < 96:
			c.fork(ctx)
		default:
			c.create(ctx, key)
		}
		pause(loading, time.Duration(c.random.IntN(40))*time.Millisecond)
	}
}

// insist calls until there is an answer that is no passing refusal; nil = there
// was none within patience, which is reported, or ctx ended.
func (c *client) insist(ctx context.Context, tool string, args object) *answer {
	deadline := time.Now().Add(patience)
	why := ""
	for ctx.Err() == nil {
		a, err := c.b.call(ctx, c.http, tool, args)
		switch {
		case err != nil:
			why = err.Error()
			if !errors.Is(err, errNoServer) {
				c.b.report.count("calls without an answer", 1)
			}
		case a.Value.Code == "UNAVAILABLE" || a.Value.Code == "SERVICE_UNAVAILABLE" || a.Value.Code == "RATE_LIMITED" || a.Value.Code == "STORAGE_UNAVAILABLE":
			why = a.Value.Message
			c.b.report.count("calls refused for now", 1)
		default:
			c.b.report.count("calls answered", 1)
			if a.Value.ExecutionID != "" && a.Value.Status != "" && !c.b.book.execution(a) {
				c.b.report.broken("execution %s had ended and is now %s", a.Value.ExecutionID, a.Value.Status)
			}
			return a
		}
		if time.Now().After(deadline) {
			c.b.report.broken("stuck: %s %v had no answer in %s: %s", tool, args, patience, why)
			return nil
		}
		pause(ctx, 50*time.Millisecond)
	}
	return nil
}

// finish calls a tool that runs something, and waits for the end of the run.
func (c *client) finish(ctx context.Context, tool string, args object) *answer {
	return c.await(ctx, c.insist(ctx, tool, args))
}

// await waits for the end of the run that an answer names.
func (c *client) await(ctx context.Context, a *answer) *answer {
	deadline := time.Now().Add(patience)
	for a != nil && a.Value.ExecutionID != "" && !ended(a.Value.Status) {
		if time.Now().After(deadline) {
			c.b.report.broken("stuck: execution %s is still %s", a.Value.ExecutionID, a.Value.Status)
			return nil
		}
		a = c.status(ctx, a.Value.ExecutionID)
	}
	return a
}

// status waits for the end of a run for a while; nil = it may have been lost.
func (c *client) status(ctx context.Context, id string) *answer {
	a := c.insist(ctx, "ratchet_get_execution_status", object{"execution_id": id, "wait": 20})
	if a != nil && a.Value.Code == "NOT_FOUND" && c.b.book.mayBeLost(id) {
		return nil
	}
	return a
}

// retry runs a failed run again, under a key of its own, after a moment.
func (c *client) retry(ctx context.Context, failed *answer, key string) *answer {
	c.b.report.count("runs failed and retried", 1)
	pause(ctx, 100*time.Millisecond)
	return c.finish(ctx, "ratchet_retry_execution", object{"execution_id": failed.Value.ExecutionID, "idempotency_key": key})
}

// keep runs a task without effects under a key, and again until it completes.
func (c *client) keep(ctx context.Context, key string) {
	a := c.finish(ctx, "ratchet_execute_task", object{"task_id": "keep", "input": object{"n": c.n}, "idempotency_key": key})
	deadline := time.Now().Add(patience)
	for attempt := 0; a != nil && a.Value.Status == "failed" && time.Now().Before(deadline); attempt++ {
		a = c.retry(ctx, a, fmt.Sprint(key, "-", attempt))
	}
	if a == nil {
		return
	}
	want := fmt.Appendf(nil, `{"n":%d}`, c.n)
	if a.Value.Status != "completed" || !bytes.Equal(a.Value.Output, want) {
		c.b.report.broken("keep %s ended as %+v, want %s", key, a.Value, want)
		return
	}
	c.last = a.Value.ExecutionID
}

// pay makes an effect, and retries it until it is done or of unknown outcome.
func (c *client) pay(ctx context.Context, key string) {
	url := "http://127.0.0.1:" + c.b.upstream.port + "/pay/" + key
	a := c.finish(ctx, "ratchet_execute_task", object{"task_id": "pay", "input": object{"url": url, "token": key}, "idempotency_key": key})
	deadline := time.Now().Add(patience)
	for attempt := 0; a != nil && time.Now().Before(deadline); attempt++ {
		switch {
		case a.Value.Status == "completed":
			c.b.report.count("effects made", 1)
			c.b.book.effect(key, true)
			return
		case a.Value.Status != "failed":
			c.b.report.broken("pay %s ended as %+v", key, a.Value)
			return
		case strings.Contains(a.Value.Error.Name+a.Value.Error.Message, "EffectUnknown"), strings.Contains(a.Value.Error.Message, "outcome is unknown"):
			c.b.report.count("effects reported as of unknown outcome", 1)
			c.b.book.effect(key, false)
			return
		}
		a = c.retry(ctx, a, fmt.Sprint(key, "-", attempt))
	}
	if a != nil && ctx.Err() == nil {
		c.b.report.broken("pay %s ends neither as made nor as unknown: %+v", key, a.Value)
	}
}

// handle starts a run without waiting and comes back for it.
func (c *client) handle(ctx context.Context, key string) {
	a := c.finish(ctx, "ratchet_execute_task", object{"task_id": "keep", "input": object{"n": c.n}, "idempotency_key": key, "wait": 0})
	c.expect("handle "+key, a, "completed", "failed")
}

// cancel ends a run in its middle.
func (c *client) cancel(ctx context.Context, key string) {
	a := c.insist(ctx, "ratchet_execute_task", object{"task_id": "slow", "input": object{"n": c.n}, "idempotency_key": key, "wait": 0})
	if a == nil || a.Value.ExecutionID == "" {
		c.expect("slow "+key, a, "pending", "running")
		return
	}
	pause(ctx, time.Duration(c.random.IntN(300))*time.Millisecond)
	id := a.Value.ExecutionID
	c.insist(ctx, "ratchet_cancel_execution", object{"execution_id": id, "force": c.random.IntN(2) == 0}) // it may have ended
	a = c.await(ctx, c.status(ctx, id))
	c.expect("cancelled "+key, a, "cancelled", "completed", "failed")
}

// fork runs a recorded execution anew.
func (c *client) fork(ctx context.Context) {
	if c.last == "" {
		return
	}
	a := c.finish(ctx, "ratchet_fork_execution", object{"execution_id": c.last, "at_step": 0})
	c.expect("fork of "+c.last, a, "completed", "failed")
}

// create stores a task.
func (c *client) create(ctx context.Context, key string) {
	schema := json.RawMessage(`{"type":"object"}`)
	args := object{
		"name": "t-" + key, "description": key, "code": "export default (i) => i", "input_schema": schema, "output_schema": schema,
		"idempotency_key": key,
	}
	a := c.insist(ctx, "ratchet_create_task", args)
	deadline := time.Now().Add(patience)
	for a != nil && strings.Contains(a.Value.Message, "has not ended") && time.Now().Before(deadline) {
		pause(ctx, 500*time.Millisecond) // the first call, whose caller went away, still runs
		a = c.insist(ctx, "ratchet_create_task", args)
	}
	switch {
	case a == nil:
	case a.Value.TaskID != "":
		c.b.book.task(a.Value.TaskID)
	case a.Value.Code == "CONFLICT" && strings.Contains(a.Value.Message, "exists"):
		// A kill between the two commits, of the task and of the key's result:
		// the repetition learns that the task exists.
		c.b.report.count("tasks found as existing when a lost call was repeated", 1)
	default:
		c.b.report.broken("create %s: %+v", key, a.Value)
	}
}

// expect reports an end that is none of those allowed.
func (c *client) expect(what string, a *answer, allowed ...string) {
	if a == nil {
		return // reported, or the bench is ending
	}
	for _, s := range allowed {
		if a.Value.Status == s {
			c.b.report.count("runs "+s, 1)
			return
		}
	}
	c.b.report.broken("%s ended as %+v", what, a.Value)
}

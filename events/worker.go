package events

import (
	"strconv"

	"ratchet"
)

// The kinds of a worker process's events. Their data is a ratchet.Worker.
const (
	WorkerStarted = "worker.started"
	WorkerUpdated = "worker.updated"
	WorkerEnded   = "worker.ended"
)

// Worker is what a worker process does.
type Worker struct {
	WorkerID  string `json:"worker_id"`
	PID       int    `json:"pid"`
	Status    string `json:"status" jsonschema:"enum=ready,enum=busy,enum=stopped"`
	StartedAt string `json:"started_at"`
	Executed  int64  `json:"tasks_executed"`
}

func workers() Noun {
	operators := Audience{Tools: []string{"ratchet_list_workers"}, Roles: []ratchet.Role{ratchet.RoleAdmin, ratchet.RoleService}}
	kind := func(name, doc string) Kind { return Show(Kind{Name: name, Doc: doc, Audience: operators}, viewWorker) }
	return Noun{Name: "worker", Doc: "Follow what worker processes do.", Kinds: []Kind{
		kind(WorkerStarted, "a worker process started"),
		kind(WorkerUpdated, "a worker process began or ended a run; not kept for readers that come back"),
		kind(WorkerEnded, "a worker process ended"),
	}}
}

func viewWorker(e ratchet.Event) (Worker, bool) {
	w, ok := e.Data.(ratchet.Worker)
	return Worker{
		WorkerID: strconv.FormatInt(w.ID, 10), PID: w.PID, Status: w.State, StartedAt: ratchet.Stamp(w.Started), Executed: w.Runs,
	}, ok
}

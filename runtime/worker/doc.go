// Package worker runs tasks behind the wall: in child processes that have no
// network, no files, no secrets and hard limits. NewPool is the parent's side;
// Serve is the child's main function. The two speak length-prefixed msgpack
// over the child's stdin and stdout; see wire.go.
//
//	pool, err := worker.NewPool(worker.Config{})
//	if err != nil {
//		return err
//	}
//	defer pool.Close(ctx)
//	outcome, err := pool.Run(ctx, job, runtime.Hooks{Host: session})
//
// The program's main function must call Serve when it was started with the
// argument in Argument. Every effect a task asks for crosses the pipe as a
// host call and is answered by the parent; only SIGKILL from the parent is a
// sure stop, so everything the child does about limits is for nicer errors.
//
// It must not import storage, tools, executor or server.
package worker

// Argument is the hidden command line argument that makes the program a worker.
const Argument = "--worker"

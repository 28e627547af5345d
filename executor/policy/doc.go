// Package policy reads what the metadata of a task asks the server to enforce, such as its
// timeout, memory and hosts, and holds it against the bounds of the operator.
//
//	p, err := policy.Bounds{Memory: 1 << 30}.Policy(task.Metadata)
//
// It imports root alone.
package policy

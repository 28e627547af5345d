// Package compare says whether what a run returned is what a test expects: exactly, in
// part, by its types or by a schema, and how the two differ.
//
//	diff, reason := compare.TestRun(testCase, execution) // reason is empty when the test passed
//
// It imports root and schema, and knows nothing of how the run came about.
package compare

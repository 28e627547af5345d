// Package analysis says what kind of failure an error is and what to do about
// it: typed causes first, then error codes, HTTP statuses and at last words of
// the message.
//
//	f := analysis.Of(analysis.Failure{Code: "script", Class: "TypeError", Message: "x is undefined"})
//	f.Type // javascript_error
//
// It reads facts and knows nothing of storage or tools; it imports the root
// package alone.
package analysis

// Package e2e tests the product as a whole: the program from outside, as its users start
// it, and rules that hold for all of its source, such as who may import whom.
//
//	go test ./e2e -run Imports
//
// It has tests only, which run in the root of the module and find testdata there.
package e2e

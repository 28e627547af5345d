// Command bench compares, in one run on one machine, what Ratchet costs
// against floors measured beside it: a bare MCP SDK server, the JavaScript
// engine in this process, Node, and the disk's own commit rate. It prints
// ratios; absolute figures say more about the machine.
//
//	go run ./bench            # full run, about four minutes
//	go run ./bench -short     # a quick look, for checks
//
// Servers run as child processes of this binary (bench -role NAME) on
// loopback, so each has its own heap and collector.
package main

// Package spool keeps the bodies of requests and responses for as long as a run
// needs them, under one budget. What is larger than a block of 64 KiB lies in a
// temporary file that has no name, so that the memory of the server does not
// grow with what tasks fetch.
//
//	store := spool.Open(dataDir, spool.Limits{})
//	defer store.Close()
//	account := store.Account() // of one run
//	defer account.Close()      // whatever it holds is free again
//	small, large, err := account.Keep(response.Body)
//
// It imports nothing of ours.
package spool

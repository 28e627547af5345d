//go:build !linux

package chaos

import "errors"

var errLinux = errors.New("it needs Linux")

func freeBytes(string) (int64, error)                   { return 0, errLinux }
func limitFiles(int, uint64) (before uint64, err error) { return 0, errLinux }
func openFiles(int) (int, error)                        { return 0, errLinux }
func residentBytes(int) (int64, error)                  { return 0, errLinux }
func children(int) ([]int, error)                       { return nil, errLinux }

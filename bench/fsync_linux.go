package main

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// fsyncRate is the disk's own pace: append 4 KiB, make it durable.
func fsyncRate(ctx context.Context, d time.Duration, dir string) (rate, error) {
	f, err := os.Create(filepath.Join(dir, "fsync"))
	if err != nil {
		return rate{}, err
	}
	defer f.Close()
	block := make([]byte, 4096)
	return measure(ctx, d, []caller{func(context.Context) error {
		if _, err := f.Write(block); err != nil {
			return err
		}
		return syscall.Fdatasync(int(f.Fd()))
	}}), nil
}

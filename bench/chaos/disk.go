package chaos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// diskSize is the size of the disk that faults are made on. It is a sparse
// file: only what is written takes space.
const diskSize = 8 << 30

// disk is where the data folder is: a file system of its own in a file, when
// this machine lets one be mounted, else a plain folder.
type disk struct {
	image  string // empty = a plain folder
	folder string
	why    string // no file system could be mounted
}

// openDisk makes the disk below dir.
func openDisk(dir string, own bool) (*disk, error) {
	d := &disk{folder: filepath.Join(dir, "disk")}
	if err := os.Mkdir(d.folder, 0o700); err != nil {
		return nil, err
	}
	if own {
		if err := d.makeOwn(filepath.Join(dir, "disk.img")); err != nil {
			d.why = err.Error()
		}
	}
	return d, nil
}

func (d *disk) makeOwn(image string) error {
	if os.Getuid() != 0 {
		return errors.New("mounting needs root")
	}
	f, err := os.OpenFile(image, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // in a folder of our own
	if err != nil {
		return err
	}
	if err := errors.Join(f.Truncate(diskSize), f.Close()); err != nil {
		return err
	}
	if err := command("mkfs.ext4", "-q", "-F", "-m", "0", image); err != nil {
		return err
	}
	if err := command("mount", "-o", "loop,errors=remount-ro", image, d.folder); err != nil {
		return err
	}
	d.image = image
	return nil
}

func (d *disk) data() string    { return filepath.Join(d.folder, "data") }
func (d *disk) ballast() string { return filepath.Join(d.folder, "ballast") }

// fill leaves a few pages free.
func (d *disk) fill() error {
	free, err := freeBytes(d.folder)
	if err != nil {
		return err
	}
	err = command("fallocate", "-l", fmt.Sprint(max(4096, free-16<<10)), d.ballast())
	// The server wrote meanwhile: what is left is taken page by page. When it
	// took what was asked for, the disk is full all the same.
	for range 8 {
		_ = command("fallocate", "-o", fmt.Sprint(diskSize), "-l", "4096", d.ballast())
	}
	if left, e := freeBytes(d.folder); e == nil && left < 64<<10 {
		return nil
	}
	return err
}

func (d *disk) empty() error { return os.Remove(d.ballast()) }

// freeze makes every write wait until thaw.
func (d *disk) freeze() error { return command("fsfreeze", "-f", d.folder) }
func (d *disk) thaw() error   { return command("fsfreeze", "-u", d.folder) }

// abort makes the disk read-only immediately, as the kernel does after an I/O
// error. What was not synced is lost.
func (d *disk) abort() error { return command("mount", "-o", "remount,abort", d.folder) }

// repair makes a disk writable again that nothing uses.
func (d *disk) repair() error {
	return errors.Join(d.unmount(), d.check(), command("mount", "-o", "loop,errors=remount-ro", d.image, d.folder))
}

// readOnly mounts a disk that nothing uses so that nothing can be written.
func (d *disk) readOnly() error {
	return errors.Join(d.unmount(), d.check(), command("mount", "-o", "loop,ro", d.image, d.folder))
}

// check replays the journal; e2fsck exits with 1 when it repaired something.
func (d *disk) check() error {
	err := command("e2fsck", "-fy", d.image)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 1 {
		return nil
	}
	return err
}

// unmount waits for the workers of a killed server, which end a moment later.
func (d *disk) unmount() (err error) {
	for range 200 {
		if err = command("umount", d.folder); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

func (d *disk) close() error {
	if d.image == "" {
		return nil
	}
	return d.unmount()
}

func command(name string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput() //nolint:gosec // our own arguments
	if err != nil {
		return fmt.Errorf("%s: %w: %.200s", name, err, out)
	}
	return nil
}

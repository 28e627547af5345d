package regular

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestOpen_onlyRegularFiles(t *testing.T) {
	dir := t.TempDir()
	fifo, sock, plain := filepath.Join(dir, "fifo"), filepath.Join(dir, "s"), filepath.Join(dir, "plain")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip(err)
	}
	listener, err := net.Listen("unix", sock)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if err := os.WriteFile(plain, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{fifo, sock, dir, "/dev/zero"} {
		if _, err := ReadFile(name); !errors.Is(err, ErrNotRegular) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if text, err := ReadFile(plain); err != nil || string(text) != "text" {
		t.Errorf("%q %v", text, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for _, name := range []string{"fifo", "s"} {
		if _, err := FS(root).Open(name); !errors.Is(err, ErrNotRegular) {
			t.Errorf("%s in a root: %v", name, err)
		}
	}
	if text, err := fs.ReadFile(FS(root), "plain"); err != nil || string(text) != "text" {
		t.Errorf("%q %v", text, err)
	}
}

package attach

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"ratchet"
)

// maxAddress is what the shortest system takes as the path of a socket: macOS
// has 104 bytes with the closing zero, Linux 108.
const maxAddress = 103

// address chooses the socket of a database: beside it, or in a private folder
// when that path is too long for a socket.
func address(database string) (string, error) {
	if beside := database + ".sock"; len(beside) <= maxAddress {
		return beside, nil
	}
	sum := sha256.Sum256([]byte(database))
	name := hex.EncodeToString(sum[:12]) + ".sock"
	for _, base := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir(), "/tmp"} {
		dir := filepath.Join(base, "ratchet-"+strconv.Itoa(os.Getuid()))
		if !filepath.IsAbs(dir) || len(dir)+1+len(name) > maxAddress {
			continue
		}
		if err := private(dir); err != nil {
			return "", err
		}
		return filepath.Join(dir, name), nil
	}
	return "", ratchet.Errorf(ratchet.CodeConfig, "the paths of the data directory and of the temporary folder are too long for a socket (%d bytes)", maxAddress).
		WithHint("choose a shorter --data-dir, or set TMPDIR to a shorter folder")
}

// private makes a folder for this user alone, and refuses one that is not.
func private(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return ratchet.Errorf(ratchet.CodeConfig, "the folder %s cannot be made", dir).Wrap(err)
	}
	about, err := os.Lstat(dir)
	if err != nil {
		return ratchet.Errorf(ratchet.CodeConfig, "the folder %s cannot be read", dir).Wrap(err)
	}
	stat, ok := about.Sys().(*syscall.Stat_t)
	if !ok || !about.IsDir() || about.Mode().Perm()&0o077 != 0 || int(stat.Uid) != os.Getuid() {
		return ratchet.Errorf(ratchet.CodeConfig, "the folder %s is not private to this user", dir).
			WithHint("remove it, or set its owner and mode 0700")
	}
	return nil
}

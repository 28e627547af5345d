package attach

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// dialsAs makes the test binary a process of another user that dials a socket.
const dialsAs = "DIALS_AS_ANOTHER_USER"

func TestOwner_refusesAnotherUser(t *testing.T) {
	if socket := os.Getenv(dialsAs); socket != "" {
		if _, _, err := Dial(t.Context(), socket, Hello{Kind: Ask}); err == nil {
			t.Error("it was answered")
		} else {
			t.Log("refused:", err)
		}
		return
	}
	if os.Getuid() != 0 {
		t.Skip("only root can become another user")
	}
	o := listen(t, Host{})
	for dir := filepath.Dir(o.socket); dir != "/" && dir != os.TempDir(); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the check of users is what is tested
			t.Fatal(err)
		}
	}
	if err := os.Chmod(o.socket, 0o666); err != nil { //nolint:gosec // as above
		t.Fatal(err)
	}
	program := filepath.Join(filepath.Dir(o.socket), "dials")
	text, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = os.WriteFile(program, text, 0o755) //nolint:gosec // another user runs it
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-test.run=^TestOwner_refusesAnotherUser$", "-test.v")
	cmd.Dir, cmd.Env = "/", []string{dialsAs + "=" + o.socket}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "refused:") {
		t.Errorf("%v: %s", err, out)
	}
}

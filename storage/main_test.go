package storage

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if path := os.Getenv("RATCHET_STORAGE_VICTIM"); path != "" {
		victim(path)
		return
	}
	goleak.VerifyTestMain(m)
}

package spool_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"ratchet/spool"
)

func noise(n int) []byte {
	p := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n)})
	_, _ = r.Read(p) // never fails
	return p
}

func keep(t *testing.T, a *spool.Account, p []byte) *spool.Body {
	t.Helper()
	small, large, err := a.Keep(iotest.HalfReader(bytes.NewReader(p)))
	if err != nil {
		t.Fatal(err)
	}
	if large == nil {
		t.Fatalf("%d bytes were kept in memory: %d", len(p), len(small))
	}
	return large
}

func none(t interface{ Errorf(string, ...any) }, s *spool.Store) {
	if u := s.Usage(); u != (spool.Usage{}) {
		t.Errorf("still held: %+v", u)
	}
}

func TestAccount_Keep(t *testing.T) {
	s := spool.Open(t.TempDir(), spool.Limits{})
	defer s.Close()
	a := s.Account()
	defer a.Close()
	for _, size := range []int{0, 1, spool.Block - 1, spool.Block, spool.Block + 1, 5*spool.Block + 7} {
		want := noise(size)
		small, large, err := a.Keep(bytes.NewReader(want))
		if err != nil {
			t.Fatal(err)
		}
		got := small
		if (large != nil) != (size >= spool.Block) {
			t.Errorf("%d bytes: large %t", size, large != nil)
		}
		if large != nil {
			if got, err = large.Bytes(); err != nil {
				t.Fatal(err)
			}
			var copied bytes.Buffer
			if _, err := large.WriteTo(&copied); err != nil || !bytes.Equal(copied.Bytes(), want) {
				t.Errorf("%d bytes written otherwise: %v", size, err)
			}
			large.Release()
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%d bytes came back as others", size)
		}
	}
	none(t, s)
}

func TestStore_hasNoFileInSight(t *testing.T) {
	dir := t.TempDir()
	s := spool.Open(dir, spool.Limits{})
	a := s.Account()
	keep(t, a, noise(3*spool.Block))
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("%v %v", entries, err)
	}
	a.Close()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// Every limit has its own error, and after it nothing is held that was not.
func TestStore_limits(t *testing.T) {
	mib := int64(1 << 20)
	tests := map[string]struct {
		limits  spool.Limits
		key     string
		passing bool
	}{
		"run":    {spool.Limits{Run: mib}, "http.max_run_body_bytes", false},
		"total":  {spool.Limits{Total: mib}, "http.max_body_bytes", true},
		"memory": {spool.Limits{Memory: spool.Block / 2}, "http.max_body_memory", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := spool.Open(t.TempDir(), test.limits)
			defer s.Close()
			a := s.Account()
			_, _, err := a.Keep(bytes.NewReader(noise(2 << 20)))
			var full *spool.FullError
			if !errors.As(err, &full) || full.Key != test.key || full.Passing() != test.passing {
				t.Errorf("%v", err)
			}
			none(t, s)
			a.Close()
		})
	}
}

func TestAccount_fullDisk(t *testing.T) {
	s := spool.Open("/nonexistent/folder", spool.Limits{})
	defer s.Close()
	a := s.Account()
	defer a.Close()
	var full *spool.FullError
	if _, _, err := a.Keep(bytes.NewReader(noise(spool.Block))); !errors.As(err, &full) || full.Key != "" || !full.Passing() {
		t.Errorf("%v", err)
	}
	none(t, s)
}

// What breaks off is not kept.
func TestAccount_brokenReader(t *testing.T) {
	s := spool.Open(t.TempDir(), spool.Limits{})
	defer s.Close()
	a := s.Account()
	defer a.Close()
	for _, size := range []int{10, 3 * spool.Block} {
		for _, broken := range []error{io.ErrUnexpectedEOF, errors.New("reset")} {
			r := io.MultiReader(bytes.NewReader(noise(size)), iotest.ErrReader(broken))
			if _, _, err := a.Keep(r); !errors.Is(err, broken) {
				t.Errorf("%d bytes: %v, want %v", size, err, broken)
			}
			none(t, s)
		}
	}
}

// A body that was freed shows nothing, least of all what lies in its blocks now.
func TestBody_released(t *testing.T) {
	s := spool.Open(t.TempDir(), spool.Limits{})
	defer s.Close()
	first, second := s.Account(), s.Account()
	body := keep(t, first, noise(2*spool.Block))
	first.Close()
	defer second.Close()
	keep(t, second, noise(2*spool.Block+1))
	if got, err := body.Bytes(); !errors.Is(err, spool.ErrReleased) {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
	if _, _, err := first.Keep(bytes.NewReader(noise(spool.Block))); !errors.Is(err, spool.ErrReleased) {
		t.Errorf("a closed account keeps: %v", err)
	}
}

// Whatever runs do, in whatever order, a log reads as what was appended, and
// with the accounts everything is free.
func TestStore_model(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "spool")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		s := spool.Open(dir, spool.Limits{Run: 20 * spool.Block, Total: 30 * spool.Block, Memory: 8 * spool.Block})
		defer s.Close()
		for range rapid.IntRange(1, 3).Draw(t, "rounds") {
			runs := make([]*modelRun, rapid.IntRange(1, 3).Draw(t, "runs"))
			for i := range runs {
				a := s.Account()
				runs[i] = &modelRun{account: a, log: a.NewLog()}
			}
			for range rapid.IntRange(1, 20).Draw(t, "steps") {
				rapid.SampledFrom(runs).Draw(t, "run").step(t)
			}
			for _, r := range runs {
				r.check(t)
				r.account.Close()
			}
			none(t, s)
		}
	})
}

type modelRun struct {
	account *spool.Account
	log     *spool.Log
	want    []byte
	held    []*spool.Body
}

func (r *modelRun) step(t *rapid.T) {
	p := noise(rapid.OneOf(rapid.IntRange(0, 9000), rapid.IntRange(0, 6*spool.Block)).Draw(t, "size"))
	switch rapid.IntRange(0, 2).Draw(t, "what") {
	case 0:
		if r.log.Append(spool.Piece{Text: p}) == nil {
			r.want = append(r.want, p...)
		}
	case 1:
		_, large, err := r.account.Keep(bytes.NewReader(p))
		if err != nil || large == nil {
			return
		}
		if r.log.Append(spool.Piece{Text: []byte("<")}, spool.Piece{Body: large}, spool.Piece{Text: []byte(">")}) == nil {
			r.want = append(append(append(r.want, '<'), p...), '>')
		}
		if rapid.Bool().Draw(t, "release") {
			large.Release()
		} else {
			r.held = append(r.held, large)
		}
	case 2:
		for _, b := range r.held {
			b.Release()
		}
		r.held = nil
	}
}

func (r *modelRun) check(t *rapid.T) {
	got, err := io.ReadAll(io.NewSectionReader(r.log, 0, r.log.Size()))
	if err != nil || !bytes.Equal(got, r.want) {
		t.Fatalf("the log has %d bytes, want %d; %v", len(got), len(r.want), err)
	}
}

// Runs end while their bodies are read and written.
func TestAccount_closedInUse(t *testing.T) {
	s := spool.Open(t.TempDir(), spool.Limits{})
	defer s.Close()
	for range 20 {
		a := s.Account()
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				log := a.NewLog()
				for {
					_, body, err := a.Keep(bytes.NewReader(noise(3 * spool.Block)))
					if err == nil {
						err = log.Append(spool.Piece{Body: body}, spool.Piece{Text: make([]byte, 5000)})
						body.Release()
					}
					if err != nil {
						if !errors.Is(err, spool.ErrReleased) {
							t.Error(err)
						}
						return
					}
				}
			})
		}
		a.Close()
		wait.Wait()
	}
	none(t, s)
}

package server

import (
	"fmt"
	"net/http"
	"testing"
)

// from logs a user in as a client of the proxy at 127.0.0.1.
func (l *secured) from(ip, name, password string) received {
	l.t.Helper()
	return l.send("POST", "/api/v1/auth/login", fmt.Sprintf(`{"username":%q,"password":%q}`, name, password), "X-Forwarded-For", ip)
}

// TestNoLockout: failures of others lock no user out.
func TestNoLockout(t *testing.T) {
	for name, rates := range map[string]string{"with rates": "true", "without": "false"} {
		t.Run(name, func(t *testing.T) {
			l := lockedUp(t, "server.trusted_proxies", "127.0.0.1/32", "rate_limit.enabled", rates)
			const home, away, new = "192.0.2.1", "192.0.2.2", "192.0.2.3"
			if a := l.from(home, "admin", testPassword); a.Status != http.StatusOK {
				t.Fatalf("first login: %d %s", a.Status, a.Body)
			}
			for _, ip := range []string{home, away} { // the guesser sits beside the admin, too
				var last received
				for range 12 {
					last = l.from(ip, "admin", "wrong horse battery")
				}
				if last.Status != http.StatusTooManyRequests || last.Header.Get("Retry-After") == "" {
					t.Errorf("the guesser at %s is not slowed down: %d %v", ip, last.Status, last.Header)
				}
			}
			if a := l.from(home, "admin", testPassword); a.Status != http.StatusOK {
				t.Errorf("the admin is locked out at home: %d %s", a.Status, a.Body)
			}
			if a := l.from(new, "admin", testPassword); a.Status != http.StatusOK {
				t.Errorf("the admin is locked out at a new address: %d %s", a.Status, a.Body)
			}
			if a := l.from(away, "admin", testPassword); a.Status != http.StatusTooManyRequests {
				t.Errorf("the guesser may go on: %d %s", a.Status, a.Body)
			}
		})
	}
}

// TestSlowedByAddress: many names from one address are guesses as well.
func TestSlowedByAddress(t *testing.T) {
	l := lockedUp(t, "server.trusted_proxies", "127.0.0.1/32")
	const away = "192.0.2.2"
	for i := range 20 {
		if a := l.from(away, fmt.Sprint("guess", i), "wrong horse battery"); a.Status != http.StatusUnauthorized {
			t.Fatalf("guess %d: %d %s", i, a.Status, a.Body)
		}
	}
	if a := l.from(away, "user", testPassword); a.Status != http.StatusTooManyRequests {
		t.Errorf("the address is not slowed down: %d %s", a.Status, a.Body)
	}
}

package server

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ratchet/server/config"
)

// TestLoginsOfAUserAreFew: a login beyond what the policy allows ends the
// oldest one.
func TestLoginsOfAUserAreFew(t *testing.T) {
	for profile, most := range map[string]int{"default": 5, "production": 3, "strict": 1} {
		l := lockedUp(t, "auth.login_profile", profile)
		var cookies []string
		for range most + 1 {
			_, cookie := l.login("user")
			cookies = append(cookies, cookie)
		}
		for i, cookie := range cookies {
			if open := l.open("Cookie", cookie); open != (i > 0) {
				t.Errorf("%s: login %d of %d opens: %v", profile, i+1, len(cookies), open)
			}
		}
	}
}

// TestPasswordIsChanged by who knows it, and the other logins end.
func TestPasswordIsChanged(t *testing.T) {
	l := lockedUp(t)
	_, other := l.login("user")
	a, cookie := l.login("user")
	change := func(old, next string) received {
		return l.send("POST", "/api/v1/auth/change-password", fmt.Sprintf(`{"currentPassword":%q,"newPassword":%q}`, old, next),
			"Cookie", cookie, "X-CSRF-Token", a.field("csrfToken"))
	}
	if r := change("wrong horse battery", "another horse battery"); r.Status != http.StatusUnauthorized && r.Status != http.StatusForbidden {
		t.Errorf("with a wrong password: %d %s", r.Status, r.Body)
	}
	if r := change(testPassword, "short"); r.Status != http.StatusBadRequest || !strings.Contains(r.Body, "/newPassword") {
		t.Errorf("to a short one: %d %s", r.Status, r.Body)
	}
	if r := change(testPassword, "another horse battery"); r.Status != http.StatusOK {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	if l.open("Cookie", other) || !l.open("Cookie", cookie) {
		t.Error("the other login opens, or this one does not")
	}
	if r := l.send("POST", "/api/v1/auth/login", fmt.Sprintf(`{"username":"user","password":%q}`, testPassword)); r.Status != http.StatusUnauthorized {
		t.Errorf("the old password: %d", r.Status)
	}
}

// TestRegistration is off unless it is configured, and then gives little.
func TestRegistration(t *testing.T) {
	const eve = `{"username":"eve","email":"eve@example.org","password":"correct horse battery"}`
	if a := lockedUp(t).send("POST", "/api/v1/auth/register", eve); a.Status != http.StatusForbidden {
		t.Errorf("it is on: %d %s", a.Status, a.Body)
	}
	l := lockedUp(t, "auth.allow_registration", "true")
	if a := l.send("POST", "/api/v1/auth/register", strings.Replace(eve, "{", `{"role":"admin",`, 1)); a.Status != http.StatusBadRequest {
		t.Errorf("a role of one's choice: %d %s", a.Status, a.Body)
	}
	a := l.send("POST", "/api/v1/auth/register", eve)
	if a.Status != http.StatusCreated || !strings.Contains(a.Body, `"role":"readonly"`) {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	token := []string{"Authorization", "Bearer " + a.field("accessToken")}
	if !l.open(token...) || l.send("POST", "/api/v1/tasks", `{}`, token...).Status != http.StatusForbidden {
		t.Error("who registered cannot read, or can write")
	}
	for i := range 8 { // none are made in bulk
		a = l.send("POST", "/api/v1/auth/register", strings.ReplaceAll(eve, "eve", fmt.Sprintf("eve%d", i)))
	}
	if a.Status != http.StatusTooManyRequests {
		t.Errorf("the ninth of a minute: %d %s", a.Status, a.Body)
	}
	_, err := config.Load(config.Options{Env: []string{}, Dir: t.TempDir(), User: t.TempDir(), Flags: map[string]string{"auth.registration_role": "admin"}})
	if err == nil {
		t.Error("everybody may become an admin")
	}
}

package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestKeysEnd: a key that is rotated, revoked, expired, or used from elsewhere
// opens nothing any more.
func TestKeysEnd(t *testing.T) {
	l := lockedUp(t)
	admin := l.bearer("admin")
	create := func(body string) string {
		a := l.send("POST", "/api/v1/api-keys", body, admin...)
		if a.Status != http.StatusCreated {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		return a.field("key")
	}
	key := create(`{"name":"ci"}`)
	for _, headers := range [][]string{{"X-API-Key", key}, {"Authorization", "Bearer " + key}, {"Authorization", "ApiKey " + key}} {
		if !l.open(headers...) {
			t.Errorf("%s does not open", headers[0])
		}
	}
	if l.send("GET", "/api/v1/tasks?api_key="+key, "").Status != http.StatusUnauthorized {
		t.Error("a key in the address opens")
	}
	if l.open("X-API-Key", key[:len(key)-1]+"x") || l.open("X-API-Key", key[:20]) || l.open("X-API-Key", key+key) {
		t.Error("a wrong key opens")
	}
	rotated := l.send("POST", "/api/v1/api-keys/ci/rotate", `{}`, admin...).field("key")
	if l.open("X-API-Key", key) || !l.open("X-API-Key", rotated) {
		t.Error("the old key opens, or the new one does not")
	}
	if a := l.send("DELETE", "/api/v1/api-keys/ci", "", admin...); a.Status >= 300 {
		t.Errorf("revoke: %d %s", a.Status, a.Body)
	}
	if l.open("X-API-Key", rotated) {
		t.Error("a revoked key opens")
	}
	if l.open("X-API-Key", create(`{"name":"far","allowed_ips":["192.0.2.0/24"]}`)) {
		t.Error("a key opens from an address that it may not come from")
	}
	if !l.open("X-API-Key", create(`{"name":"near","allowedIps":["127.0.0.1"]}`)) {
		t.Error("a key does not open from its address")
	}
	tight := create(`{"name":"tight"}`)
	if !l.open("X-API-Key", tight) {
		t.Error("a key does not open before it is bound to an address")
	}
	if a := l.send("PATCH", "/api/v1/api-keys/tight", `{"allowedIps":["192.0.2.0/24"]}`, admin...); a.Status != http.StatusOK {
		t.Errorf("update: %d %s", a.Status, a.Body)
	}
	if l.open("X-API-Key", tight) {
		t.Error("a key opens from where it may no longer come from")
	}
	soon := create(fmt.Sprintf(`{"name":"short","expires_at":%q}`, time.Now().Add(1500*time.Millisecond).UTC().Format(time.RFC3339Nano)))
	if !l.open("X-API-Key", soon) {
		t.Error("a key does not open before its end")
	}
	for range 100 {
		if !l.open("X-API-Key", soon) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("an expired key opens")
}

// TestSessionsEnd: what was logged in is over after a logout, another
// password, another role and a lock, and no copy of it works.
func TestSessionsEnd(t *testing.T) {
	for name, end := range map[string]func(l *secured, cookie, csrf string, admin []string){
		"logout": func(l *secured, cookie, csrf string, _ []string) {
			l.send("POST", "/api/v1/auth/logout", `{}`, "Cookie", cookie, "X-CSRF-Token", csrf)
		},
		"role":     patchUser(`{"role":"readonly"}`),
		"lock":     patchUser(`{"isActive":false}`),
		"password": patchUser(`{"password":"another horse battery"}`),
		"deletion": func(l *secured, _, _ string, admin []string) { l.send("DELETE", "/api/v1/users/user", "", admin...) },
	} {
		t.Run(name, func(t *testing.T) {
			l := lockedUp(t)
			a, cookie := l.login("user")
			token := "Bearer " + a.field("accessToken")
			if !l.open("Cookie", cookie) || !l.open("Authorization", token) {
				t.Fatal("a login opens nothing")
			}
			end(l, cookie, a.field("csrfToken"), l.bearer("admin"))
			if l.open("Cookie", cookie) {
				t.Error("the cookie still opens")
			}
			if l.open("Authorization", token) {
				t.Error("the token still opens")
			}
		})
	}
}

func patchUser(body string) func(*secured, string, string, []string) {
	return func(l *secured, _, _ string, admin []string) {
		if a := l.send("PATCH", "/api/v1/users/user", body, admin...); a.Status != http.StatusOK {
			l.t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
}

// TestCSRF: a request that another page makes the browser send changes nothing.
func TestCSRF(t *testing.T) {
	l := lockedUp(t)
	a, cookie := l.login("user")
	other, _ := l.login("user")
	csrf := a.field("csrfToken")
	for name, c := range map[string]struct {
		method, path, body string
		headers            []string
		refused            bool
	}{
		"with the token":       {"POST", "/api/v1/tools/ratchet_validate_task", `{}`, []string{"X-CSRF-Token", csrf}, false},
		"without":              {"POST", "/api/v1/tools/ratchet_validate_task", `{}`, nil, true},
		"another login's":      {"POST", "/api/v1/tools/ratchet_validate_task", `{}`, []string{"X-CSRF-Token", other.field("csrfToken")}, true},
		"as a form":            {"POST", "/api/v1/tasks", `name=x`, []string{"Content-Type", "application/x-www-form-urlencoded"}, true},
		"as text":              {"POST", "/graphql", `{"query":"mutation { deleteTask(taskId: \"x\") { success } }"}`, []string{"Content-Type", "text/plain"}, true},
		"GraphQL":              {"POST", "/graphql", `{"query":"mutation { deleteTask(taskId: \"x\") { success } }"}`, nil, true},
		"mutation in a GET":    {"GET", "/graphql?query=mutation%7BdeleteTask(taskId:%22x%22)%7Bsuccess%7D%7D", "", nil, true},
		"MCP":                  {"POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"ping"}`, nil, true},
		"another origin":       {"POST", "/api/v1/tools/ratchet_validate_task", `{}`, []string{"X-CSRF-Token", csrf, "Origin", "https://evil.example"}, true},
		"method override":      {"GET", "/api/v1/tasks", "", []string{"X-HTTP-Method-Override", "DELETE"}, false}, // is not known
		"logout":               {"POST", "/api/v1/auth/logout", `{}`, nil, true},
		"reading needs no one": {"GET", "/api/v1/tasks", "", nil, false},
	} {
		got := l.send(c.method, c.path, c.body, append([]string{"Cookie", cookie}, c.headers...)...)
		refused := got.Status == http.StatusForbidden || got.Status == http.StatusMethodNotAllowed || got.Status == http.StatusNotFound ||
			got.Status == http.StatusUnsupportedMediaType || got.Status == http.StatusUnauthorized
		if refused != c.refused {
			t.Errorf("%s: %d %.300s", name, got.Status, got.Body)
		}
	}
	if !l.open("Cookie", cookie) {
		t.Error("the login is over")
	}
}

// TestNobodyIsTold who exists: an unknown name and a wrong password are one answer.
func TestNobodyIsTold(t *testing.T) {
	l := lockedUp(t)
	ask := func(name, password string) received {
		return l.send("POST", "/api/v1/auth/login", fmt.Sprintf(`{"username":%q,"password":%q}`, name, password))
	}
	bare := func(r received) string {
		var body map[string]any
		_ = json.Unmarshal([]byte(r.Body), &body)
		if e, ok := body["error"].(map[string]any); ok {
			delete(e, "requestId")
			delete(e, "timestamp")
		}
		data, _ := json.Marshal(body)
		return fmt.Sprint(r.Status, string(data))
	}
	if known, unknown := bare(ask("user", "wrong horse battery")), bare(ask("nobody", "wrong horse battery")); known != unknown || !strings.HasPrefix(known, "401") {
		t.Errorf("known: %s\nunknown: %s", known, unknown)
	}
	for range 6 { // both are locked alike, and the right password does not help then
		ask("user", "wrong horse battery")
		ask("nobody", "wrong horse battery")
	}
	if known, unknown := ask("user", testPassword), ask("nobody", testPassword); known.Status != unknown.Status || known.Status == http.StatusOK {
		t.Errorf("locked: %d and %d", known.Status, unknown.Status)
	}
}

// TestNoTokenWithAnAdmin: who has an admin needs no one-time token.
func TestNoTokenWithAnAdmin(t *testing.T) {
	l := lockedUp(t)
	page := l.send("GET", "/api/v1/users?role=admin", "", l.bearer("admin")...)
	var users struct{ Data []struct{ ID string } }
	if err := json.Unmarshal([]byte(page.Body), &users); err != nil || len(users.Data) != 1 {
		t.Fatalf("%v: %s", err, page.Body)
	}
	if token, err := l.s.AdminToken(t.Context()); err != nil || token != "" {
		t.Errorf("with an admin there is the token %q, %v", token, err)
	}
}

// TestBootstrapRace: of many who send the one-time token at once, one becomes admin.
func TestBootstrapRace(t *testing.T) {
	l := lockedUpEmpty(t)
	token, err := l.s.AdminToken(t.Context())
	if err != nil || token == "" {
		t.Fatalf("token %q, %v", token, err)
	}
	var made atomic.Int64
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			a := l.send("POST", "/api/v1/auth/bootstrap", fmt.Sprintf(`{"token":%q,"username":"admin%d","password":%q}`, token, i, testPassword))
			if a.Status < 300 {
				made.Add(1)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("%d admins were made", made.Load())
	}
}

// TestRequestIDInTheAudit: what the audit says of logins, refused credentials
// and odd requests can be found by the id of the request.
func TestRequestIDInTheAudit(t *testing.T) {
	l := lockedUp(t)
	admin := l.bearer("admin")
	l.send("POST", "/api/v1/auth/login", `{"username":"user","password":"not the password"}`, "X-Request-Id", "one-login")
	l.send("GET", "/api/v1/tasks", "", "X-API-Key", "rk_wrong", "X-Request-Id", "one-key")
	l.send("GET", "/api/v1/tasks", "", "Origin", "https://evil.example", "X-Request-Id", "one-origin")
	entries := l.send("GET", "/api/v1/audit?_end=50", "", admin...)
	for _, id := range []string{"one-login", "one-key", "one-origin"} {
		if !strings.Contains(entries.Body, `"requestId":"`+id+`"`) {
			t.Errorf("no entry has the request id %s: %s", id, entries.Body)
		}
	}
	if found := l.send("GET", "/api/v1/security/audit", "", admin...); strings.Contains(found.Body, `"findings":null`) {
		t.Errorf("no findings are no list: %s", found.Body)
	}
}

// TestKeysInAddresses open every surface where they are allowed, and are
// repeated in no answer.
func TestKeysInAddresses(t *testing.T) {
	l := lockedUp(t, "auth.allow_query_key", "true")
	key := l.send("POST", "/api/v1/api-keys", `{"name":"ci","permissions":"admin"}`, l.bearer("admin")...).field("key")
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/api/v1/users?limit=1&api_key=", ""},
		{"GET", "/api/v1/tasks/stats?api_key=", ""},
		{"GET", "/metrics/json?api_key=", ""},
		{"POST", "/api/v1/tools/ratchet_list_users?api_key=", "{}"},
		{"POST", "/graphql?api_key=", `{"query":"{ __typename }"}`},
		{"GET", "/graphql?query=%7B__typename%7D&api_key=", ""},
		{"POST", "/mcp?toolsets=admin&api_key=", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ratchet_list_users","arguments":{}}}`},
	} {
		a := l.send(c.method, c.path+key, c.body)
		if a.Status != http.StatusOK || strings.Contains(a.Body, `"isError":true`) {
			t.Errorf("%s: %d %.300s", c.path, a.Status, a.Body)
		}
		if strings.Contains(fmt.Sprint(a.Header)+a.Body, key) {
			t.Errorf("%s: the answer repeats the key", c.path)
		}
		if a = l.send(c.method, c.path+key[:len(key)-1]+"x", c.body); a.Status != http.StatusUnauthorized {
			t.Errorf("%s with a wrong key: %d", c.path, a.Status)
		}
	}
}

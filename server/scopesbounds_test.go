package server

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"ratchet"
)

// TestBoundedKeysHandOnNoMore tries to make more of each bound of a key.
func TestBoundedKeysHandOnNoMore(t *testing.T) {
	l := lockedUp(t)
	end := time.Now().Add(time.Hour).UTC()
	bounded := l.addKey(ratchet.APIKey{
		Name: "bounded", Role: ratchet.RoleAdmin, Tier: "default", ExpiresAt: end, AllowedIPs: []string{"127.0.0.0/8", "::1"},
		Scope: ratchet.Scope{Tools: []string{"ratchet_create_*", "ratchet_update_*", "ratchet_rotate_api_key", "ratchet_revoke_api_key", "ratchet_set_config"}, TaskPatterns: []string{"pub-*"}},
	})
	later, sooner := end.Add(time.Hour).Format(time.RFC3339), end.Add(-time.Minute).Format(time.RFC3339)
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/users", `{"username":"eve","role":"service"}`, 403},
		{"PATCH", "/users/user", `{"password":"another horse battery"}`, 404},
		{"POST", "/api-keys", `{"name":"a","tools":["ratchet_*"]}`, 403},
		{"POST", "/api-keys", `{"name":"a","toolsets":["core"]}`, 403},
		{"POST", "/api-keys", `{"name":"a","allowedTaskPatterns":["p*"]}`, 403},
		{"POST", "/api-keys", `{"name":"a","allowedIps":["10.0.0.0/8"]}`, 403},
		{"POST", "/api-keys", `{"name":"a","allowedIps":["0.0.0.0/0"]}`, 403},
		{"POST", "/api-keys", `{"name":"a","expiresAt":"` + later + `"}`, 403},
		{"POST", "/api-keys", `{"name":"a","rateTier":"unlimited"}`, 403},
		{"POST", "/api-keys", `{"name":"a","permissions":"admin"}`, 403},
		{"PUT", "/config/auth.allow_registration", `{"value":true,"persist":true}`, 403},
		{"POST", "/api-keys", `{"name":"less","tools":["ratchet_create_api_key"],"allowedTaskPatterns":["pub-a*"],"allowedIps":["127.0.0.1"],"expiresAt":"` + sooner + `","rateTier":"strict"}`, 201},
		{"POST", "/api-keys", `{"name":"same"}`, 201},
		{"PATCH", "/api-keys/less", `{"tools":[],"allowedTaskPatterns":[],"allowedIps":[],"expiresAt":"","rateTier":""}`, 200},
		{"PATCH", "/api-keys/less", `{"expiresAt":"` + later + `"}`, 403},
		{"POST", "/api-keys/less/rotate", `{"expiresAt":"` + later + `"}`, 403},
	} {
		if a := l.send(c.method, "/api/v1"+c.path, c.body, bounded...); a.Status != c.status || strings.Contains(a.Body, "is outside of") {
			t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, a.Status, a.Body)
		}
	}
	wide := l.addKey(ratchet.APIKey{Name: "wide", Role: ratchet.RoleUser})
	for _, c := range [][2]string{{"PATCH", "/api-keys/wide"}, {"DELETE", "/api-keys/wide"}, {"POST", "/api-keys/wide/rotate"}} {
		body := "{}"
		if c[0] == "DELETE" {
			body = ""
		}
		if a := l.send(c[0], "/api/v1"+c[1], body, bounded...); a.Status != http.StatusNotFound || strings.Contains(a.Body, "is outside of") {
			t.Errorf("%s %s: %d %s", c[0], c[1], a.Status, a.Body)
		}
	}
	if !l.open(wide...) {
		t.Error("the wide key is gone")
	}
	for _, name := range []string{"less", "same"} {
		k, err := l.s.deps.Store.APIKey(t.Context(), name, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(k.Scope.Tools) != 5 || len(k.Scope.TaskPatterns) != 1 || len(k.AllowedIPs) != 2 || !k.ExpiresAt.Equal(end.Truncate(time.Microsecond)) || k.Tier != "default" {
			t.Errorf("%s: %+v", name, k)
		}
	}
}

// TestHiddenNamesAreNotTold: what is taken by what does not exist for a caller is
// refused without saying so; what it may know of is a conflict.
func TestHiddenNamesAreNotTold(t *testing.T) {
	l := lockedUp(t)
	l.addKey(ratchet.APIKey{Name: "wide", Role: ratchet.RoleUser})
	hidden := ratchet.User{Username: "hidden", Email: "hidden@example.com", Role: ratchet.RoleUser, Active: true}
	if err := l.s.deps.Store.CreateUser(t.Context(), &hidden); err != nil {
		t.Fatal(err)
	}
	bounded := l.addKey(ratchet.APIKey{
		Name: "bounded", Role: ratchet.RoleAdmin, Scope: ratchet.Scope{Tools: []string{"ratchet_create_*", "ratchet_update_*"}, TaskPatterns: []string{"pub-*"}},
	})
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/users", `{"username":"seen","email":"seen@example.com"}`, 201},
		{"POST", "/users", `{"username":"other"}`, 201},
		{"POST", "/api-keys", `{"name":"seen"}`, 201},
		{"POST", "/api-keys", `{"name":"other"}`, 201},
		{"POST", "/users", `{"username":"Seen"}`, 409},
		{"POST", "/users", `{"username":"x-1","email":"SEEN@example.com"}`, 409},
		{"PATCH", "/users/other", `{"username":"seen"}`, 409},
		{"POST", "/api-keys", `{"name":"seen"}`, 409},
		{"PATCH", "/api-keys/other", `{"name":"seen"}`, 409},
		{"POST", "/users", `{"username":"Hidden"}`, 403},
		{"POST", "/users", `{"username":"x-2","email":"Hidden@example.com"}`, 403},
		{"PATCH", "/users/other", `{"username":"hidden"}`, 403},
		{"PATCH", "/users/other", `{"email":"hidden@example.com"}`, 403},
		{"POST", "/api-keys", `{"name":"wide"}`, 403},
		{"PATCH", "/api-keys/other", `{"name":"wide"}`, 403},
	} {
		a := l.send(c.method, "/api/v1"+c.path, c.body, bounded...)
		if a.Status != c.status || c.status == 403 && regexp.MustCompile("taken|exists|in use|ratchet_").MatchString(a.Body) {
			t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, a.Status, a.Body)
		}
	}
}

// TestBoundedCallersKeepUsersWithinBounds lets a bounded key keep users, and
// those users try what the key may not do.
func TestBoundedCallersKeepUsersWithinBounds(t *testing.T) {
	l := lockedUp(t)
	ids := l.planted()
	end := time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
	bounded := l.addKey(ratchet.APIKey{
		Name: "bounded", Role: ratchet.RoleAdmin, ExpiresAt: end, Tier: "default", AllowedIPs: []string{"127.0.0.0/8", "::1"},
		Scope: ratchet.Scope{TaskPatterns: []string{"pub-*"}},
	})
	if a := l.send("POST", "/api/v1/users", `{"username":"eve","role":"user","password":"`+testPassword+`"}`, bounded...); a.Status != http.StatusCreated {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	_, cookie := l.login("eve")
	for _, headers := range [][]string{l.bearer("eve"), {"Cookie", cookie}} {
		for path, status := range map[string]int{
			"/tasks/pub-a": 200, "/tasks/sec-b": 404, "/executions/" + ids["pub-a"]: 200, "/executions/" + ids["sec-b"]: 404, "/users": 403,
		} {
			if a := l.send("GET", "/api/v1"+path, "", headers...); a.Status != status {
				t.Errorf("%s as eve: %d %s", path, a.Status, a.Body)
			}
		}
	}
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"PATCH", "/users/eve", `{"password":"another horse battery"}`, 200},
		{"PATCH", "/users/eve", `{"bounded":false}`, 200}, // to those of who asks
		{"PATCH", "/users/eve", `{"bounded":true}`, 400},
		{"PATCH", "/users/eve", `{"role":"service"}`, 403},
		{"PATCH", "/users/user", `{"isActive":false}`, 404},
		{"DELETE", "/users/user", ``, 404},
		{"GET", "/users/user", ``, 404},
	} {
		if a := l.send(c.method, "/api/v1"+c.path, c.body, bounded...); a.Status != c.status {
			t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, a.Status, a.Body)
		}
	}
	u, err := l.s.deps.Store.User(t.Context(), "eve", nil)
	if err != nil {
		t.Fatal(err)
	}
	if b := u.Bounds; len(b.Scope.TaskPatterns) != 1 || len(b.AllowedIPs) != 2 || !b.ExpiresAt.Equal(end) || b.Tier != "default" {
		t.Errorf("%+v", b)
	}
	u.Bounds.AllowedIPs = []string{"192.0.2.1"}
	if err := l.s.deps.Store.UpdateUser(t.Context(), u, ""); err != nil {
		t.Fatal(err)
	}
	if a := l.send("POST", "/api/v1/auth/login", `{"username":"eve","password":"another horse battery"}`); a.Status != http.StatusForbidden {
		t.Errorf("from elsewhere: %d %s", a.Status, a.Body)
	}
	u.Bounds.AllowedIPs, u.Bounds.ExpiresAt = nil, time.Now().Add(-time.Second)
	if err := l.s.deps.Store.UpdateUser(t.Context(), u, ""); err != nil {
		t.Fatal(err)
	}
	if a := l.send("POST", "/api/v1/auth/login", `{"username":"eve","password":"another horse battery"}`); a.Status != http.StatusUnauthorized {
		t.Errorf("after the end: %d %s", a.Status, a.Body)
	}
	if a := l.send("PATCH", "/api/v1/users/eve", `{"bounded":false}`, l.bearer("admin")...); a.Status != http.StatusOK || strings.Contains(a.Body, `"bounds"`) {
		t.Errorf("freed: %d %s", a.Status, a.Body)
	}
}

// TestWithheldLogsAreNowhere runs a task that logs and fails as a key that may
// not read lines, and looks through what tells of runs.
func TestWithheldLogsAreNowhere(t *testing.T) {
	l := lockedUp(t)
	task := &ratchet.Task{
		Name: "fails", Version: "1.0.0", Description: "d", Enabled: true, Language: ratchet.JavaScript,
		Code: "export default () => { console.log('a line ' + 'of the log'); throw new Error('no') }",
	}
	if err := l.s.deps.Store.CreateTask(t.Context(), task, "", ""); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		withheld []ratchet.Right
		want     bool
	}{{nil, true}, {[]ratchet.Right{ratchet.RightLogs}, false}} {
		key := l.addKey(ratchet.APIKey{Name: fmt.Sprint("logs ", c.want), Role: ratchet.RoleUser, Scope: ratchet.Scope{Withheld: c.withheld}})
		run := l.send("POST", "/api/v1/tasks/fails/execute", `{"input":{},"trace":true,"wait":20}`, key...)
		found := regexp.MustCompile(`"executionId":"([^"]+)"`).FindStringSubmatch(run.Body)
		if found == nil {
			t.Fatalf("%d %s", run.Status, run.Body)
		}
		told := map[string]string{"run": run.Body}
		for _, part := range []string{"", "/analysis", "/analysis?format=llm", "/trace"} {
			told[part] = l.send("GET", "/api/v1/executions/"+found[1]+part, "", key...).Body
		}
		for what, body := range told {
			has := strings.Contains(body, "a line of the log")
			if has && !c.want || !has && c.want && what != "" {
				t.Errorf("%s with %v: lines %v\n%.2000s", what, c.withheld, has, body)
			}
		}
	}
}

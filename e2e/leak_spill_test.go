package e2e_test

import (
	"encoding/json"
	"net/http"
	"strings"
)

// logIn makes a user with a password, a token, a cookie and a key. Each is
// shown to its maker once.
func (l *leaky) logIn() {
	l.t.Helper()
	var admin string
	for _, s := range l.secrets {
		if s.name == "admin_password" {
			admin = s.value
		}
	}
	l.token, l.cookie, l.csrf = l.enter("admin", admin)
	ada := l.plant("password of a user")
	l.rest("ratchet_create_user", object{"username": "ada", "password": ada, "role": "user"})
	token, cookie, csrf := l.enter("ada", ada)
	next := l.plant("new password of a user")
	body := l.encode(object{"currentPassword": ada, "newPassword": next})
	l.send("POST", "/api/v1/auth/change-password", body, "Authorization", "", "Cookie", cookie, "X-CSRF-Token", csrf)
	l.send("POST", "/api/v1/auth/change-password", l.encode(object{"currentPassword": l.plant("wrong password"), "newPassword": next}), "Authorization", "Bearer "+token)
	l.send("GET", "/api/v1/auth/me", "", "Authorization", "Bearer "+token)
	l.rest("ratchet_update_user", object{"user_id": "ada", "password": l.plant("password set by an admin")})
	l.key = l.newKey("ci", "admin")
	old := l.newKey("old", "execute")
	rotated := l.quietly("POST", "/api/v1/api-keys/old/rotate", `{}`)
	l.show("a rotated key", rotated, "key")
	l.send("GET", "/api/v1/tasks", "", "Authorization", "Bearer "+old)
	renewed := l.quietly("POST", "/api/v1/auth/refresh", `{}`, "Authorization", "", "Cookie", l.cookie, "X-CSRF-Token", l.csrf)
	l.show("a refreshed token", renewed, "accessToken")
	body = l.encode(object{"username": "guest", "email": "guest@example.org", "password": l.plant("password of a registration")})
	registered := l.quietly("POST", "/api/v1/auth/register", body, "Authorization", "")
	l.show("token of a registration", registered, "accessToken")
}

func (l *leaky) encode(o object) string {
	text, err := json.Marshal(o)
	if err != nil {
		l.t.Fatal(err)
	}
	return string(text)
}

// show takes a secret that an answer shows to its maker.
func (l *leaky) show(name string, a answer, field string) string {
	l.t.Helper()
	var out struct{ Data object }
	if a.status >= 300 || json.Unmarshal(a.body, &out) != nil || text(out.Data, field) == "" {
		l.t.Fatalf("%s: %d %s", name, a.status, a.body)
	}
	secret := text(out.Data, field)
	l.know(name, secret[strings.LastIndexByte(secret, '.')+1:]) // of a token, the signature
	l.sawOnce(l.t, "the answer with "+name, a.body, secret)
	for _, set := range a.header.Values("Set-Cookie") {
		value, _, _ := strings.Cut(set, ";")
		_, value, _ = strings.Cut(value, "=")
		l.know("cookie with "+name, value)
	}
	return secret
}

// enter logs a user in.
func (l *leaky) enter(name, password string) (token, cookie, csrf string) {
	l.t.Helper()
	a := l.quietly("POST", "/api/v1/auth/login", l.encode(object{"username": name, "password": password}), "Authorization", "")
	token = l.show("token of "+name, a, "accessToken")
	cookie, _, _ = strings.Cut(a.header.Get("Set-Cookie"), ";")
	var out struct{ Data object }
	_ = json.Unmarshal(a.body, &out)
	return token, cookie, text(out.Data, "csrfToken")
}

func (l *leaky) newKey(name, permissions string) string {
	l.t.Helper()
	a := l.quietly("POST", "/api/v1/api-keys", l.encode(object{"name": name, "permissions": permissions}))
	return l.show("key "+name, a, "key")
}

// spiller is a task that puts its secrets wherever a task can put text.
const spiller = `
const bytes = (s) => new TextEncoder().encode(s);
const base64 = (s) => btoa(String.fromCharCode(...bytes(s)));
const hex = (s) => [...bytes(s)].map((b) => b.toString(16).padStart(2, '0')).join('');
export default async (input, context) => {
  const out = {};
  for (const name of input.names) {
    const secret = context.secrets.get(name);
    const basic = 'Basic ' + base64('user:' + secret);
    console.log(secret, { secret, list: [secret] }, basic);
    console.error(new Error('logged ' + secret), hex(secret).toUpperCase());
    console.debug('x'.repeat(60) + secret + 'x'.repeat(name === 'in_file' ? 20000 : 9), { deep: { deeper: { deepest: { secret } } } });
    progress(0.5, secret);
    Object.assign(out, { [name]: secret, [secret]: 1, ['in ' + name]: { base64: base64(secret), basic, hex: hex(secret), url: encodeURIComponent(secret), json: JSON.stringify(secret) } });
    const there = input.site + '/' + encodeURIComponent(secret) + '?secret=' + encodeURIComponent(secret) + '&again=' + (input.again || '');
    const flat = encodeURIComponent(secret);
    for (const method of ['GET', 'POST']) {
      const reply = await fetch(there, { method, headers: { authorization: basic, 'x-secret': flat, 'idempotency-key': flat }, ...(method === 'POST' ? { body: JSON.stringify({ secret }) } : {}) });
      out[method + name] = await reply.text();
    }
    for (const bad of ['http://' + hex(secret).slice(0, 40) + '.invalid/' + flat, 'http://user:' + flat + '@127.0.0.1/', 'nonsense:' + secret, 'http://127.0.0.1:1/' + flat]) {
      try { await fetch(bad); } catch (e) { console.warn(String(e), e.stack, e); }
    }
    if (input.mode === 'throw') throw Object.assign(new TypeError('thrown ' + secret, { cause: new Error(secret) }), { details: { secret }, code: secret });
    if (input.mode === 'reject') await Promise.reject(secret);
    if (input.mode === 'object') throw { secret };
    if (input.mode === 'wrong') return { only: 'x'.repeat(40) + secret };
    if (input.mode === 'number') return secret;
    if (input.mode === 'hang') await new Promise(() => setTimeout(() => console.log(secret), 60000));
    if (input.mode === 'circular') { out.self = out; return out; }
    if (input.mode === 'parse') JSON.parse(secret);
  }
  return out;
};`

// spill runs the spiller in every way that a run can end.
func (l *leaky) spill() {
	l.t.Helper()
	task := object{
		"name": "spill", "description": "A task of a test.", "code": spiller, "input_schema": object{"type": "object"},
		"output_schema": object{"type": "object", "properties": object{"only": object{"type": "string", "enum": []string{"nothing"}}}},
		"metadata":      object{"secrets": l.names},
	}
	for _, name := range l.names {
		l.rest("ratchet_set_secret", object{"name": name, "task_patterns": []string{"spill"}, "readable": true})
	}
	l.rest("ratchet_create_task", task)
	for _, mode := range []string{"return", "throw", "reject", "object", "wrong", "number", "circular", "parse"} {
		for _, names := range [][]string{l.names, l.names[3:]} {
			if len(names) == 1 && mode != "return" && mode != "throw" {
				continue
			}
			run := l.rest("ratchet_execute_task", object{"task_id": "spill", "trace": true, "profile": true, "input": object{"mode": mode, "names": names, "site": l.site.URL}})
			if state := text(run, "status"); mode == "return" && state != "completed" || mode != "return" && state != "failed" {
				l.t.Fatalf("the run that should %s: %v", mode, run)
			}
			l.executions = append(l.executions, text(run, "executionId"))
		}
	}
	redirected := object{"names": l.names, "site": l.site.URL, "again": "1"}
	run := l.rest("ratchet_execute_task", object{"task_id": "spill", "trace": true, "input": redirected})
	hanging := l.rest("ratchet_execute_task", object{"task_id": "spill", "input": object{"mode": "hang", "names": l.names, "site": l.site.URL}, "wait": 0})
	l.executions = append(l.executions, text(run, "executionId"), text(hanging, "executionId"))
	a := l.send("POST", "/api/v1/tasks", l.encode(task))
	if a.status != http.StatusConflict {
		l.t.Errorf("a second task: %d", a.status)
	}
}

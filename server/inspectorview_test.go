package server_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// hostPage is a host of MCP Apps, as small as one can be: it shows the view in
// a frame, passes calls of tools on to the server, and gives it one result.
const hostPage = `<!doctype html><title>host</title><link rel="icon" href="data:,"><iframe id="view" sandbox="allow-scripts allow-same-origin" src="/view" width="900" height="900"></iframe>
<script>
const config = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const view = document.getElementById('view');
window.methods = [];
let id = 1;
async function server(method, params) {
  const answer = await fetch('/mcp', {
    method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: id++, method, params }),
  });
  const text = await answer.text();
  return JSON.parse(text.includes('data: ') ? text.slice(text.indexOf('data: ') + 6) : text).result;
}
addEventListener('message', async (event) => {
  if (event.source !== view.contentWindow) return;
  const m = event.data, post = (x) => view.contentWindow.postMessage({ jsonrpc: '2.0', ...x }, '*');
  methods.push(m.method);
  if (m.method === 'ui/initialize') {
    post({ id: m.id, result: { protocolVersion: '2026-01-26', hostInfo: { name: 't', version: '1' }, hostCapabilities: config.tool ? { serverTools: {} } : {}, hostContext: { theme: 'dark' } } });
  } else if (m.method === 'ui/notifications/initialized') {
    post({ method: 'ui/notifications/tool-input', params: { arguments: config.args ?? {} } });
    post({ method: 'ui/notifications/tool-result', params: config.result ?? await server('tools/call', { name: config.tool, arguments: config.args }) });
  } else if (m.method === 'tools/call') {
    post({ id: m.id, result: await server('tools/call', m.params) });
  }
});
</script>`

// shown is a view in a host in a browser.
type shown struct {
	*browser
	url string
}

// openView serves the host, the view and the server's MCP endpoint.
func openView(t *testing.T, page string, mcp http.Handler) *shown {
	t.Helper()
	mux := http.NewServeMux()
	html := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte(text))
		}
	}
	mux.Handle("/host", html(hostPage))
	mux.Handle("/view", html(page))
	mux.Handle("/mcp", mcp)
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	return &shown{openBrowser(t, web.URL), web.URL}
}

// show opens the host with what it is to do.
func (v *shown) show(config map[string]any) {
	v.t.Helper()
	raw, err := json.Marshal(config)
	if err != nil {
		v.t.Fatal(err)
	}
	// %27 and the like reach the page as they are: it decodes them.
	escaped := strings.NewReplacer("%", "%25", `"`, "%22", "<", "%3C", ">", "%3E", " ", "%20", "#", "%23").Replace(string(raw))
	v.do("open a blank page", chromedp.Navigate("about:blank"))
	v.do("open the host", chromedp.Navigate(v.url+"/host#"+escaped))
}

// inView is the value of an expression about the view's document, once it is
// not empty.
func (v *shown) inView(what, expression string) string {
	v.t.Helper()
	return v.await(what, `(() => { const page = document.getElementById('view')?.contentDocument; try { return page ? String((`+expression+`) || '') : '' } catch { return '' } })()`, 200*time.Millisecond)
}

// sees waits until an element of the view shows a text.
func (v *shown) sees(id, want string) {
	v.t.Helper()
	quoted, _ := json.Marshal(want)
	v.inView("see "+want+" in "+id, `page.getElementById('`+id+`').textContent.includes(`+string(quoted)+`) && 'yes'`)
}

// inspectorPage is the page as clients read it.
func inspectorPage(t *testing.T, w *wire) string {
	t.Helper()
	var got struct{ Contents []struct{ Text string } }
	raw := w.askMeta("resources/read", `,"uri":"ui://ratchet/run","name":"ui://ratchet/run"`, "")
	if err := json.Unmarshal(raw, &got); err != nil || len(got.Contents) != 1 {
		t.Fatalf("%v: %.200s", err, raw)
	}
	return got.Contents[0].Text
}

const hostile = `<img src=x onerror="top.pwned=1"><script>top.pwned=2</script>&lt;b&gt;`

// TestInspectorInBrowser shows a run that fails and whose names, log and error are
// markup, through a host that passes calls on.
func TestInspectorInBrowser(t *testing.T) {
	s := open(t, t.TempDir(), "")
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	v := openView(t, inspectorPage(t, &wire{t, web.URL}), s.Handler())
	code := "export default async (input) => {\n  console.log(input.text);\n  await new Promise((done) => setTimeout(done, 20));\n  throw new TypeError('broken ' + input.text);\n}"
	task, _ := json.Marshal(map[string]any{
		"name": "shown", "description": hostile, "code": code, "input_schema": map[string]any{"type": "object"}, "output_schema": map[string]any{},
	})
	call(t, s, "ratchet_create_task", string(task))
	v.show(map[string]any{"tool": "ratchet_execute_task", "args": map[string]any{"task_id": "shown", "input": map[string]any{"text": hostile}}})
	steps := v.inView("see the timeline", `page.querySelectorAll('#timeline .span').length > 2 && page.getElementById('timeline').innerText`)
	if !strings.Contains(steps, "main_execution") {
		t.Errorf("timeline: %s", steps)
	}
	for id, want := range map[string]string{
		"task": "shown@", "status": "failed", "error": "TypeError: broken " + hostile, "place": "main.js:4:", "snippet": "throw new TypeError",
		"logs": hostile, "input": "onerror",
	} {
		v.sees(id, want)
	}
	v.clean()
}

// clean checks that nothing that was shown became markup or ran.
func (v *shown) clean() {
	v.t.Helper()
	found := v.inView("count", `'found ' + page.querySelectorAll('img, script:not(body > script), a, iframe, b, svg').length + ' ran ' + (top.pwned ?? 0)`)
	if found != "found 0 ran 0" {
		v.t.Errorf("markup in the view: %s", found)
	}
	if wrong := v.wrong(); wrong != "" {
		v.t.Errorf("the page: %s", wrong)
	}
}

// TestInspectorEscapes gives the view results whose every text is markup, also
// where a server of ours would never put any, and such of other types.
func TestInspectorEscapes(t *testing.T) {
	s := open(t, t.TempDir(), "")
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	v := openView(t, inspectorPage(t, &wire{t, web.URL}), s.Handler())
	span := map[string]any{"step": hostile, "start_ms": 0, "duration_ms": 5, "children": []any{map[string]any{"step": hostile, "start_ms": 1, "duration_ms": 1}, nil}}
	every := map[string]any{
		"execution_id": hostile, "task_name": hostile, "task_version": hostile, "status": hostile, "duration_ms": hostile, "input": hostile, "output": map[string]any{hostile: hostile},
		"progress": map[string]any{"message": hostile, "percentage": 5},
		"error":    map[string]any{"name": hostile, "message": hostile, "file": hostile, "line": hostile, "column": hostile, "snippet": hostile, "hint": hostile, "stack": hostile},
		"logs":     []any{map[string]any{"timestamp": hostile, "level": hostile, "message": hostile, "fields": map[string]any{hostile: hostile}}, nil, "text"},
		"trace":    map[string]any{"steps": []any{span, nil, 5}},
	}
	v.show(map[string]any{"result": map[string]any{"content": []any{}, "structuredContent": every}})
	for _, id := range []string{"task", "status", "facts", "error", "place", "snippet", "hint", "stack", "timeline", "logs", "input"} {
		v.sees(id, "<img src=x")
	}
	v.sees("notice", "only what the call answered")
	v.clean()
	body, _ := json.Marshal(map[string]any{"code": "NOT_FOUND", "message": hostile, "hint": hostile})
	v.show(map[string]any{"result": map[string]any{"isError": true, "content": []any{map[string]any{"type": "text", "text": string(body)}}}})
	v.sees("error", "NOT_FOUND: "+hostile)
	v.clean()
	if got := v.inView("ask the host", `top.methods.join()`); !strings.Contains(got, "ui/notifications/size-changed") {
		t.Errorf("the view sent %s", got)
	}
}

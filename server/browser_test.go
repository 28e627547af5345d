package server_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"ratchet/thorough"
)

// browser is one page of a Chromium that can reach this machine only.
type browser struct {
	t      *testing.T
	page   context.Context
	origin string

	mu     sync.Mutex
	faults []string // requests to others, refused content, scripts that threw
}

func openBrowser(t *testing.T, origin string) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("there is no Chromium here: .ci/browser installs one")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	ctx, closeAll := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(closeAll)
	page, closePage := chromedp.NewContext(ctx)
	t.Cleanup(closePage)
	b := &browser{t: t, page: page, origin: origin}
	if err := chromedp.Listen(page, b.hear); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return b
}

// hear notes what goes wrong on the page.
func (b *browser) hear(event any) {
	text := ""
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if url := e.Request.URL; !strings.HasPrefix(url, b.origin+"/") && !strings.HasPrefix(url, "data:") {
			text = "a request to " + url
		}
	case *log.EventEntryAdded:
		// Nobody is logged in: the page asks, and is told so.
		if e.Entry.Level == log.EntryLevelError && !strings.HasSuffix(e.Entry.URL, "/auth/me") {
			text = e.Entry.Text + " " + e.Entry.URL
		}
	case *runtime.EventExceptionThrown:
		text = e.ExceptionDetails.Text
		if thrown := e.ExceptionDetails.Exception; thrown != nil {
			text += " " + thrown.Description
		}
	}
	if text != "" {
		b.mu.Lock()
		b.faults = append(b.faults, text)
		b.mu.Unlock()
	}
}

func (b *browser) wrong() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Join(b.faults, "\n")
}

// do runs actions that have no value, within a minute.
func (b *browser) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.page, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.fail(what, err)
	}
}

// text is what an element shows, once it shows anything. Until then the
// element button is clicked, unless it is empty: while the page is being built
// it forgets what it was asked.
func (b *browser) text(what, selector, button string) string {
	b.t.Helper()
	press := ""
	if button != "" {
		press = fmt.Sprintf("if (!shown) document.querySelector(%q)?.click();", button)
	}
	return b.await(what, fmt.Sprintf(
		"(() => { const found = document.querySelector(%q), shown = found?.value || found?.innerText; %s return shown ?? ''; })()", selector, press), 500*time.Millisecond)
}

// await is the value of an expression, once it is not empty. It is asked for each
// time that every has passed: polling inside the page would need eval, which its
// policy forbids.
func (b *browser) await(what, expression string, every time.Duration) string {
	b.t.Helper()
	ask := chromedp.Evaluate[string](expression)
	ctx, cancel := context.WithTimeout(b.page, time.Minute)
	defer cancel()
	for again := time.NewTicker(every); ; {
		text, err := chromedp.Run(ctx, ask)
		if err != nil {
			b.fail(what, err)
		}
		if text != "" {
			again.Stop()
			return text
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			b.fail(what, ctx.Err())
		}
	}
}

func (b *browser) fail(what string, err error) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.page, 10*time.Second)
	defer cancel()
	shown, _ := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
	b.t.Fatalf("%s: %v\nwrong on the page: %s\npage: %.3000s", what, err, b.wrong(), shown)
}

// TestDocsInBrowser opens the API's page and runs a call from it.
func TestDocsInBrowser(t *testing.T) {
	if !thorough.Wanted() {
		t.Skip("the page takes the browser ten seconds: set RATCHET_TESTS=full")
	}
	s := open(t, t.TempDir(), "")
	web := httptest.NewServer(s.Handler())
	defer web.Close()
	b := openBrowser(t, web.URL)
	b.do("open the page", chromedp.Navigate(web.URL+"/docs"))
	const health, live = `[data-tag="Health"]`, "#operations-Health-live"
	b.text("list the checks", live, health)
	b.text("open one", live+" .execute", live+" .opblock-summary-control")
	answer := b.text("run a call", live+" .live-responses-table .response .response-col_description", live+" .execute")
	if !strings.Contains(answer, `"live"`) {
		t.Errorf("the call answered %q", answer)
	}
	const core = `[data-tag="Tools: core"]`
	list := b.text("list the tools", core+` + * .operation-tag-content`, core)
	for _, tool := range s.Registry().List() {
		if !strings.Contains(list, tool.Name) {
			t.Errorf("the page does not list %s", tool.Name)
		}
	}
	const add = `[id^="operations-"][id$="-ratchet_create_task"]`
	shown := b.text("open a tool", add+" textarea, "+add+" .highlight-code", add+" .opblock-summary-control")
	if !strings.Contains(shown, "inputSchema") && !strings.Contains(shown, "input_schema") {
		t.Errorf("the tool's arguments are shown as %q", shown)
	}
	const templates = `[id^="operations-"][id$="-ratchet_list_templates"]`
	b.text("open another", templates+" .execute", templates+" .opblock-summary-control")
	answer = b.text("call it", templates+" .live-responses-table .response .response-col_description", templates+" .execute")
	if !strings.Contains(answer, "http_api_call") {
		t.Errorf("the tool answered %q", answer)
	}
	if wrong := b.wrong(); wrong != "" {
		t.Errorf("the page: %s", wrong)
	}
}

// TestPlaygroundInBrowser opens the GraphQL page and runs a query.
func TestPlaygroundInBrowser(t *testing.T) {
	s := open(t, t.TempDir(), "")
	web := httptest.NewServer(s.Handler())
	defer web.Close()
	b := openBrowser(t, web.URL)
	b.do("open the page", chromedp.Navigate(web.URL+"/playground"))
	if schema := b.text("read the schema", "#doc", ""); !strings.Contains(schema, "Query") {
		t.Errorf("the schema is shown as %q", schema)
	}
	b.do("write a query", chromedp.SetValue(chromedp.CSS("#query"), "{ templates { templates { name } } }"))
	answer := b.text("run it", "#answer", "#run")
	if !strings.Contains(answer, "http_api_call") {
		t.Errorf("the query answered %q", answer)
	}
	if wrong := b.wrong(); wrong != "" {
		t.Errorf("the page: %s", wrong)
	}
}

// TestHomeInBrowser opens the page of the server, and one that is not there.
func TestHomeInBrowser(t *testing.T) {
	if !thorough.Wanted() {
		t.Skip("a browser takes seconds to start: set RATCHET_TESTS=full")
	}
	web := httptest.NewServer(open(t, t.TempDir(), "").Handler())
	defer web.Close()
	b := openBrowser(t, web.URL)
	b.do("open the page", chromedp.Navigate(web.URL+"/"))
	if text := b.text("read it", "main", ""); !strings.Contains(text, "Healthy") || !strings.Contains(text, web.URL+"/mcp") {
		t.Errorf("the page says %q", text)
	}
	if wrong := b.wrong(); wrong != "" {
		t.Error(wrong)
	}
	b.do("open what is not there", chromedp.Navigate(web.URL+"/nowhere"))
	if text := b.text("read it", "main", ""); !strings.Contains(text, "nothing at this path") {
		t.Errorf("the page says %q", text)
	}
}

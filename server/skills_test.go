package server

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"path"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"go.yaml.in/yaml/v3"
)

// read is what resources/read answers for an address.
func (c *peer) read(uri string) (text, kind string) {
	c.t.Helper()
	var got struct {
		Contents []struct{ URI, Text, MIMEType string }
	}
	c.result("resources/read", map[string]any{"uri": uri}, &got)
	if len(got.Contents) != 1 || got.Contents[0].URI != uri {
		c.t.Fatalf("%s reads as %+v", uri, got)
	}
	return got.Contents[0].Text, got.Contents[0].MIMEType
}

// declares says whether the server names an extension among its capabilities.
func (c *peer) declares(extension string) bool {
	c.t.Helper()
	var got struct {
		Capabilities struct{ Extensions map[string]any }
	}
	if c.modern {
		c.result("server/discover", nil, &got)
	} else {
		hello := map[string]any{"protocolVersion": "2025-11-25", "capabilities": map[string]any{}, "clientInfo": map[string]any{"name": "t", "version": "1"}}
		other := &peer{t: c.t, s: c.s}
		if c.lines != nil {
			other.lines = openLines(c.t, c.s)
		}
		other.result("initialize", hello, &got)
	}
	_, ok := got.Capabilities.Extensions[extension]
	return ok
}

// TestSkills reads every skill in the way that hosts have to: its files are
// those of its entry, byte for byte, and its frontmatter is that of SKILL.md.
func TestSkills(t *testing.T) {
	s := wholeServer(t)
	everywhere(t, s, `{}`, func(t *testing.T, c *peer) {
		if !c.declares(extensionSkills) {
			t.Error("the extension is not declared")
		}
		var list struct {
			ResultType, CacheScope string
			TTLMs                  *int
			NextCursor             any
			Skills                 []skillEntry
		}
		raw := c.result(methodListSkills, nil, &list)
		if len(list.Skills) != 3 || list.CacheScope != "private" || list.TTLMs == nil || list.NextCursor != nil {
			t.Errorf("%s", raw)
		}
		if (list.ResultType == "complete") != c.modern {
			t.Errorf("resultType %q", list.ResultType)
		}
		for _, k := range list.Skills {
			c.checkSkill(k)
			var one struct{ Skill skillEntry }
			if c.result(methodGetSkill, map[string]any{"uri": k.URI}, &one); !reflect.DeepEqual(one.Skill, k) {
				t.Errorf("skills/get: %+v; want %+v", one.Skill, k)
			}
		}
		for _, wrong := range []struct {
			method string
			params map[string]any
			want   string
		}{
			{methodGetSkill, nil, "uri is missing"},
			{methodGetSkill, map[string]any{"uri": "skill://ratchet-task/SKILL.md"}, "skill://ratchet-tasks/SKILL.md"},
			{methodGetSkill, map[string]any{"uri": "skill://ratchet-tasks/references/errors.md"}, "skills/list"},
			{methodGetSkill, map[string]any{"uri": "ratchet://docs/tasks"}, "skills/list"},
			{methodListSkills, map[string]any{"cursor": "x"}, "one page"},
		} {
			a := c.ask(wrong.method, wrong.params)
			if a.Error == nil || a.Error.Code != jsonrpc.CodeInvalidParams || !strings.Contains(a.Error.Message+string(a.Error.Data), wrong.want) {
				t.Errorf("%s %v: %+v %s; want %q", wrong.method, wrong.params, a.Error, a.Result, wrong.want)
			}
		}
		for _, uri := range []string{"skill://ratchet-tasks/nope.md", "skill://ratchet-tasks/../ratchet-tasks/SKILL.md", "skill://nope/SKILL.md"} {
			if a := c.ask("resources/read", map[string]any{"uri": uri}); a.Error == nil {
				t.Errorf("%s can be read: %s", uri, a.Result)
			}
		}
	})
}

// checkSkill checks one entry as the extension demands it.
func (c *peer) checkSkill(k skillEntry) {
	c.t.Helper()
	if name := path.Base(path.Dir(k.URI)); name != k.Frontmatter.Name || len(name) > 64 || !regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(name) {
		c.t.Errorf("%s is named %q", k.URI, k.Frontmatter.Name)
	}
	if n := len(k.Frontmatter.Description); n == 0 || n > 1024 {
		c.t.Errorf("%s: a description of %d bytes", k.URI, n)
	}
	files := map[string]bool{}
	for _, f := range k.Resources {
		text, kind := c.read(f.URI)
		if got := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(text))); got != f.Digest || len(text) != f.Size || kind != "text/markdown" {
			c.t.Errorf("%s: %s, %d bytes, %s; its entry says %s, %d", f.URI, got, len(text), kind, f.Digest, f.Size)
		}
		if files[f.URI] || !strings.HasPrefix(f.URI, strings.TrimSuffix(k.URI, "SKILL.md")) {
			c.t.Errorf("%s is named twice, or is of another skill", f.URI)
		}
		files[f.URI] = true
	}
	text, _ := c.read(k.URI)
	head, _, _ := strings.Cut(strings.TrimPrefix(text, "---\n"), "\n---\n")
	var written map[string]any
	if err := yaml.Unmarshal([]byte(head), &written); err != nil {
		c.t.Fatal(err)
	}
	if want := map[string]any{"name": k.Frontmatter.Name, "description": k.Frontmatter.Description}; !files[k.URI] || !reflect.DeepEqual(written, want) {
		c.t.Errorf("%s begins with %v; its entry says %v", k.URI, written, want)
	}
	for _, link := range regexp.MustCompile(`\]\((references/[^)]+)\)`).FindAllStringSubmatch(text, -1) {
		if !files[strings.TrimSuffix(k.URI, "SKILL.md")+link[1]] {
			c.t.Errorf("%s names %s, which it has not", k.URI, link[1])
		}
	}
}

// TestSkillsFollowRights hides a skill whose guide the caller may not ask a tool for.
func TestSkillsFollowRights(t *testing.T) {
	s := wholeServer(t, "mcp.exclude_tools", "ratchet_get_developer_guide_walkthrough,ratchet_get_developer_endpoint_reference")
	_, list := exchange(t, s, http.MethodPost, `{"jsonrpc":"2.0","id":1,"method":"skills/list"}`, shakeHTTP(t, s))
	for uri, want := range map[string]bool{
		"skill://ratchet-tasks/SKILL.md": true, "skill://ratchet-integration/references/errors.md": true,
		"skill://ratchet-integration/references/endpoints.md": false, "skill://ratchet-walkthrough/SKILL.md": false,
	} {
		if strings.Contains(list, `"`+uri+`"`) != want {
			t.Errorf("%s listed: %t in %s", uri, !want, list)
		}
		if _, err := s.mcp.Resources().Read(t.Context(), uri); (err == nil) != want {
			t.Errorf("reading %s: %v", uri, err)
		}
	}
}

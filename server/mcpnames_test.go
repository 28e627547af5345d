package server

import (
	"encoding/json"
	"testing"
)

// Names of the protocol, as clients send and read them.
const (
	modernEra         = "2026-07-28" // the first revision without sessions
	headerSession     = "Mcp-Session-Id"
	headerVersion     = "Mcp-Protocol-Version"
	methodCallTool    = "tools/call"
	codeRefused       = -32000
	codeUninitialized = -32002
	extensionTasks    = "io.modelcontextprotocol/tasks"
	methodGetTask     = "tasks/get"
	methodUpdateTask  = "tasks/update"
	methodCancelTask  = "tasks/cancel"
	extensionSkills   = "io.modelcontextprotocol/skills"
	methodListSkills  = "skills/list"
	methodGetSkill    = "skills/get"
	extensionUI       = "io.modelcontextprotocol/ui"
	inspectorURI      = "ui://ratchet/run"
	inspectorType     = "text/html;profile=mcp-app"
)

// modernMeta is what a request of the later era carries.
const modernMeta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"x":1}`

// codeOf is the code of a JSON-RPC error; 0 = the message is none.
func codeOf(t *testing.T, raw []byte) int {
	t.Helper()
	var e struct{ Error struct{ Code int } }
	if err := json.Unmarshal(raw, &e); err != nil {
		t.Errorf("%v in %q", err, raw)
	}
	return e.Error.Code
}

// skillEntry is a skill as clients read it.
type skillEntry struct {
	URI         string
	Frontmatter struct{ Name, Description string }
	Resources   []struct {
		URI, Digest string
		Size        int
	}
}

package mcp

import (
	"context"
	"crypto/sha256"
	_ "embed" // the page is part of the binary
	"encoding/base64"
	"strings"

	"ratchet/registry"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// extensionUI is the protocol's extension for pages that hosts show beside
// results.
const extensionUI = "io.modelcontextprotocol/ui"

const (
	inspectorURI  = "ui://ratchet/run"
	inspectorType = "text/html;profile=mcp-app"
)

//go:embed run.html
var inspectorPage string

// inspectedMeta links a tool's results to the inspector; nil = it shows nothing of them.
func inspectedMeta(t registry.Tool) any {
	if !t.Inspected {
		return nil
	}
	return map[string]any{"resourceUri": inspectorURI}
}

// addInspector offers the page that shows a run. It holds no data: the host
// gives it results, and it asks for more through the host, as the caller.
func (s *Server) addInspector(server *mcp.Server) {
	// Nothing is fetched from anywhere: no domains are declared.
	about := mcp.Meta{"ui": map[string]any{"csp": map[string]any{}, "prefersBorder": true}}
	page := sealedPage(inspectorPage)
	server.AddResource(&mcp.Resource{
		URI: inspectorURI, Name: "run_inspector", Title: "Run inspector", MIMEType: inspectorType, Meta: about,
		Description: "Shows a run to people: status, timeline, logs, error with its source line",
	}, func(context.Context, *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: inspectorURI, MIMEType: inspectorType, Text: page, Meta: about}}}, nil
	})
}

// sealedPage puts the digests of a page's script and style where its policy
// names them, so that nothing else runs in it.
func sealedPage(page string) string {
	digest := func(element string) string {
		sum := sha256.Sum256([]byte(between(page, "<"+element+">", "</"+element+">")))
		return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
	}
	return strings.NewReplacer("SCRIPT-HASH", digest("script"), "STYLE-HASH", digest("style")).Replace(page)
}

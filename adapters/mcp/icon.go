package mcp

import (
	_ "embed"
	"encoding/base64"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// About is what the product says of itself in one sentence.
const About = "Author, test and run JavaScript and TypeScript tasks."

//go:embed icon.svg
var icon []byte

// Icons is the product's mark, inside the answer so that nothing is fetched.
func Icons() []mcp.Icon {
	return []mcp.Icon{{
		Source:   "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(icon),
		MIMEType: "image/svg+xml", Sizes: []string{"any"},
	}}
}

// Versions returns the revisions of the protocol that the server speaks, newest first.
func Versions() []string { return mcp.SupportedProtocolVersions() }

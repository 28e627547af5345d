package server

import (
	_ "embed"
	"encoding/base64"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

//go:embed icon.svg
var icon []byte

// icons is the product's mark, inside the answer so that nothing is fetched.
func icons() []mcp.Icon {
	return []mcp.Icon{{
		Source:   "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(icon),
		MIMEType: "image/svg+xml", Sizes: []string{"any"},
	}}
}

package openapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/swaggest/swgui"
	"github.com/swaggest/swgui/v5emb"
	"go.yaml.in/yaml/v3"
)

// Handler serves the document and the page. It never changes, so it may be
// used from many goroutines.
type Handler struct {
	files  map[string]file // by path
	assets http.Handler
}

// file is one document in memory.
type file struct {
	kind string // Content-Type
	etag string
	data []byte
}

// New writes the document of cfg.
func New(cfg Config) (*Handler, error) {
	text, err := Document(cfg)
	if err != nil {
		return nil, err
	}
	inYAML, err := toYAML(text)
	if err != nil {
		return nil, fmt.Errorf("write the OpenAPI document as YAML: %w", err)
	}
	return &Handler{
		files: map[string]file{
			"/api-docs/openapi.json": newFile("application/json", text),
			"/api-docs/openapi.yaml": newFile("application/yaml", inYAML),
			"/docs":                  newFile("text/html; charset=utf-8", []byte(page)),
			"/docs/start.js":         newFile("text/javascript; charset=utf-8", []byte(start)),
			"/docs/page.css":         newFile("text/css; charset=utf-8", []byte(style)),
		},
		assets: v5emb.NewHandlerWithConfig(swgui.Config{BasePath: "/docs/"}),
	}, nil
}

func newFile(kind string, data []byte) file {
	sum := sha256.Sum256(data)
	return file{kind: kind, etag: `"` + hex.EncodeToString(sum[:12]) + `"`, data: data}
}

// policy lets the page load what this server has and nothing else. The page's
// library writes style attributes, which only a style policy can allow.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ServeHTTP answers GET and HEAD of /api-docs/openapi.json, /api-docs/openapi.yaml,
// /docs and the files of the page below it.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	if path == "/docs/" {
		http.Redirect(w, r, "/docs", http.StatusPermanentRedirect)
		return
	}
	if strings.HasPrefix(path, "/docs") {
		w.Header().Set("Content-Security-Policy", policy)
	}
	f, ok := h.files[path]
	switch {
	case ok:
		w.Header().Set("Content-Type", f.kind)
		w.Header().Set("ETag", f.etag)
		w.Header().Set("Cache-Control", "no-cache") // kept, and asked for by its ETag
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.data))
	case strings.HasPrefix(path, "/docs/"):
		h.assets.ServeHTTP(w, r)
	default:
		http.NotFound(w, r)
	}
}

// toYAML rewrites JSON, which is YAML, in YAML's own style.
func toYAML(text []byte) ([]byte, error) {
	var node yaml.Node
	if err := yaml.Unmarshal(text, &node); err != nil {
		return nil, err
	}
	plain(&node)
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(&node); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}

// plain forgets how JSON wrote the nodes; empty groups stay on one line.
func plain(node *yaml.Node) {
	if node.Kind == yaml.ScalarNode || len(node.Content) > 0 {
		node.Style &^= yaml.FlowStyle | yaml.DoubleQuotedStyle
	}
	for _, child := range node.Content {
		plain(child)
	}
}

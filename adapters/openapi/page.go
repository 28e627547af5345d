package openapi

import _ "embed" // the page

// The page is ours and its scripts are files, so that no policy has to allow
// scripts inside a page; the interface itself is Swagger UI.
var (
	//go:embed page/index.html
	page string
	//go:embed page/start.js
	start string
	//go:embed page/page.css
	style string
)

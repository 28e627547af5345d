package registry

import "ratchet"

// Failed is implemented by results that report a failure with all their
// facts, such as a failed execution: MCP marks them isError, REST answers 200.
type Failed interface {
	// Failure returns nil when the call went well.
	Failure() *ratchet.Error
}

// Running is implemented by results about an execution that may go on.
type Running interface {
	// Running returns the execution that goes on; empty = it has ended.
	Running() (execution string)
}

// Linked is implemented by results whose whole content is behind links.
type Linked interface {
	Links() []Link
}

// Link points to a resource, e.g. ratchet://executions/{id}/output.
type Link struct {
	URI         string
	Name        string
	Description string
	MIMEType    string
}

// Markdown is a result that is a document: it has no structured content.
type Markdown struct {
	Text string         `json:"text"`
	Meta map[string]any `json:"-"` // document_type, source_file, tool_count
}

// Content is a result made of content blocks, for tools that return pictures,
// sound or embedded resources.
type Content struct {
	Blocks []Block `json:"content"`
}

// Block is one content block. Type says which fields are set.
type Block struct {
	Type     string `json:"type"` // text, image, audio, resource or resource_link
	Text     string `json:"text,omitempty"`
	Data     []byte `json:"data,omitempty"`
	MIMEType string `json:"mimeType,omitempty"`
	URI      string `json:"uri,omitempty"`
	Name     string `json:"name,omitempty"`
}

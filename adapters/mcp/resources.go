package mcp

import (
	"context"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/resources"
)

func (s *Server) addResources(server *mcp.Server) {
	for _, t := range resources.All() {
		server.AddResourceTemplate(&mcp.ResourceTemplate{
			URITemplate: t.Pattern, Name: t.Name, Title: t.Title, Description: t.Description, MIMEType: t.MIMEType,
		}, s.readResource)
	}
	server.AddResourceTemplate(&mcp.ResourceTemplate{
		URITemplate: resources.SkillPattern, Name: "skill_file", Title: "File of a skill",
		Description: "A guide as agents load it, and its further files; skills/list names them", MIMEType: "text/markdown",
	}, s.readResource)
	for _, e := range s.cfg.Resources {
		if e.Pattern != "" {
			server.AddResourceTemplate(&mcp.ResourceTemplate{
				URITemplate: e.Pattern, Name: e.Name, Title: e.Title, Description: e.Description, MIMEType: e.MIMEType,
			}, s.readResource)
			continue
		}
		server.AddResource(&mcp.Resource{
			URI: e.URI, Name: e.Name, Title: e.Title, Description: e.Description, MIMEType: e.MIMEType,
		}, s.readResource)
	}
}

func (s *Server) readResource(ctx context.Context, req *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
	doc, err := s.source.Read(ctx, req.Params.URI)
	switch ratchet.CodeOf(err) {
	case "":
	case ratchet.CodeNotFound, ratchet.CodeGone:
		return nil, notFound(req, err)
	default:
		return nil, err
	}
	return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{
		URI: doc.URI, MIMEType: doc.MIMEType, Text: doc.Text, Blob: doc.Blob,
	}}}, nil
}

// listResources answers resources/list from the store, page by page; the SDK
// lists only what was registered.
func (s *Server) listResources(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		if read, ok := req.(*mcp.ReadResourceRequest); ok && read.Params != nil && !strings.HasPrefix(read.Params.URI, "ratchet://") {
			return next(ctx, method, req)
		}
		list, ok := req.(*mcp.ListResourcesRequest)
		if !ok {
			return next(ctx, method, req)
		}
		cursor := ""
		if list.Params != nil {
			cursor = list.Params.Cursor
		}
		// The SDK's own answer carries what later protocol revisions require
		// of a list; its entries come first, on the first page.
		own := *list
		own.Params = &mcp.ListResourcesParams{}
		if list.Params != nil {
			own.Params.Meta = list.Params.Meta
		}
		res, err := next(ctx, method, &own)
		if err != nil {
			return nil, err
		}
		page, ok := res.(*mcp.ListResourcesResult)
		if !ok {
			return res, nil
		}
		if cursor != "" {
			page.Resources = []*mcp.Resource{}
		}
		found, more, err := s.source.List(ctx, cursor)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			page.Resources = append(page.Resources, &mcp.Resource{URI: r.URI, Name: r.Name, Title: r.Title, Description: r.Description, MIMEType: r.MIMEType})
		}
		page.Resources = unmarked(page.Resources)
		page.NextCursor = more
		return page, nil
	}
}

// changeMarker is re-registered to make the SDK send resources/list_changed;
// it is never listed and cannot be read.
const changeMarker = "ratchet://changed"

func unmarked(list []*mcp.Resource) []*mcp.Resource {
	kept := list[:0]
	for _, r := range list {
		if r.URI != changeMarker {
			kept = append(kept, r)
		}
	}
	return kept
}

// complete answers completion/complete.
func (s *Server) complete(ctx context.Context, req *mcp.CompleteRequest) (*mcp.CompleteResult, error) {
	res := &mcp.CompleteResult{Completion: mcp.CompletionResultDetails{Values: []string{}}}
	if req.Params.Ref == nil {
		return res, nil
	}
	kind, _, _ := strings.Cut(strings.TrimPrefix(req.Params.Ref.URI, "ratchet://"), "/")
	known := map[string]string{}
	if req.Params.Context != nil {
		known = req.Params.Context.Arguments
	}
	values, err := s.source.Complete(ctx, kind, req.Params.Argument.Name, req.Params.Argument.Value, known)
	if err != nil {
		return nil, err
	}
	if len(values) > 0 {
		res.Completion.Values = values
	}
	res.Completion.Total = len(res.Completion.Values)
	return res, nil
}

package mcp

import (
	"context"

	"ratchet/registry"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// wholeTools lists tools as they are defined, not as models are offered them,
// for programs that ask for that by MetaVerbose.
func wholeTools(reg *registry.Registry) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
			res, err := next(ctx, method, req)
			list, ok := res.(*mcp.ListToolsResult)
			asked, isList := req.(*mcp.ListToolsRequest)
			if err != nil || !ok || !isList || asked.Params == nil || asked.Params.Meta[MetaVerbose] != true {
				return res, err
			}
			defined := map[string]registry.Tool{}
			for _, t := range reg.List() {
				defined[t.Name] = t
			}
			whole := *list
			whole.Tools = make([]*mcp.Tool, len(list.Tools))
			for i, t := range list.Tools {
				if whole.Tools[i] = t; defined[t.Name].Name != "" {
					whole.Tools[i] = definition(defined[t.Name])
				}
			}
			return &whole, nil
		}
	}
}

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// tsServer is an echo server on the TypeScript SDK: over stdio, or over
// streamable HTTP with sessions when its argument says so.
const tsServer = `
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';

function echo() {
  const server = new Server({ name: 'floor', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler(CallToolRequestSchema, async (request) => ({
    content: [{ type: 'text', text: JSON.stringify(request.params.arguments) }],
    structuredContent: request.params.arguments,
  }));
  return server;
}

async function overHTTP() {
  const sessions = new Map();
  const listener = createServer(async (req, res) => {
    let transport = sessions.get(req.headers['mcp-session-id']);
    if (!transport) {
      transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID, enableJsonResponse: true,
        onsessioninitialized: (id) => { sessions.set(id, transport); },
      });
      await echo().connect(transport);
    }
    await transport.handleRequest(req, res);
  });
  listener.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + listener.address().port));
  process.on('SIGINT', () => process.exit(0));
}

if (process.argv.includes('http')) await overHTTP();
else await echo().connect(new StdioServerTransport());
`

// nodeServer is the TypeScript server, run where its packages are installed.
func nodeServer(ctx context.Context, arguments ...string) (*exec.Cmd, string, error) {
	clients, err := filepath.Abs("testdata/clients")
	if err != nil {
		return nil, "", err
	}
	if _, err := os.Stat(filepath.Join(clients, "node_modules")); err != nil {
		return nil, "", fmt.Errorf("npm packages are not installed in testdata/clients")
	}
	args := append([]string{"--input-type=module", "-e", tsServer, "--"}, arguments...)
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.Dir = clients
	return cmd, "", nil
}

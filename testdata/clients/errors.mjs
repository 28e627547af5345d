// Calls every tool with an argument it does not have, with the official
// TypeScript client of the handshake era, which checks structured content against
// the tool's output schema: the error has to reach the caller as a result.
//
//   node errors.mjs RATCHET_BINARY URL
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [binary, url] = process.argv.slice(2);
assert.ok(binary && url, 'usage: node errors.mjs RATCHET_BINARY URL');

const dir = mkdtempSync(join(tmpdir(), 'ratchet-errors-'));
const transports = {
  stdio: new StdioClientTransport({
    command: binary,
    args: ['mcp-serve', '--data-dir', dir, '--toolsets', 'all'],
    env: { ...process.env, RATCHET_LOG_LEVEL: 'error' },
    stderr: 'inherit',
  }),
  http: new StreamableHTTPClientTransport(new URL(url)),
};
let passed = 0;
for (const [name, transport] of Object.entries(transports)) {
  const client = new Client({ name: 'errors', version: '1' });
  await client.connect(transport);
  const { tools } = await client.listTools(); // the client keeps the output schemas
  assert.ok(tools.length >= 10);
  for (const tool of tools) {
    const result = await client.callTool({ name: tool.name, arguments: { no_such_argument: 1 } });
    assert.equal(result.isError, true, `${tool.name}: ${JSON.stringify(result)}`);
    const body = JSON.parse(result.content[0].text);
    assert.equal(body.code, 'VALIDATION_ERROR', `${tool.name}: ${result.content[0].text}`);
    assert.match(body.message, /no_such_argument/, `${tool.name}: ${body.message}`);
    passed++;
  }
  await client.close();
  console.log(`ok ${name}: ${tools.length} tools`);
}
rmSync(dir, { recursive: true });
console.log(`errors of every tool: ${passed} passed, 0 failed`);

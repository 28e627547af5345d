// Plays the main job with the official TypeScript client: author a task, see
// its test fail, mend it, see it pass, run it against a real HTTP server, read
// its logs, and find everything again after a restart.
//
//   node loop.mjs RATCHET_BINARY
//
// Every transport (stdio, streamable HTTP) is tried in both protocol eras.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const binary = process.argv[2];
assert.ok(binary, 'usage: node loop.mjs RATCHET_BINARY');

const modes = { '2025-11-25': 'legacy', '2026-07-28': { pin: '2026-07-28' } };

const schema = (properties) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

const wrong = `export default async function (input) {
  const answer = await fetch(input.url);
  console.log('fetched', answer.status);
  return { total: answer.body.items.length };
}`;
const right = wrong.replace('answer.body.items.length', 'answer.body.items.reduce((a, b) => a + b, 0)');

function environment(port) {
  return {
    ...process.env,
    RATCHET_HTTP_ALLOW_PRIVATE: '127.0.0.1/32',
    RATCHET_HTTP_ALLOW_PORTS: String(port),
    RATCHET_LOG_LEVEL: 'error',
  };
}

async function stdio(dir, port, mode) {
  const client = new Client({ name: 'loop', version: '1' }, { versionNegotiation: { mode } });
  const transport = new StdioClientTransport({
    command: binary,
    args: ['mcp-serve', '--data-dir', dir, '--toolsets', 'core,control'],
    env: environment(port),
    stderr: 'inherit',
  });
  await client.connect(transport);
  return { client, close: () => client.close() };
}

async function http(dir, port, mode) {
  const server = spawn(binary, ['serve', '--listen', '127.0.0.1:0', '--data-dir', dir, '--toolsets', 'core,control'], {
    env: environment(port),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = await new Promise((resolve, reject) => {
    let text = '';
    server.stderr.on('data', (chunk) => {
      text += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text);
      if (found) resolve(found[0]);
    });
    server.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${text}`)));
  });
  const client = new Client({ name: 'loop', version: '1' }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  const close = async () => {
    await client.close();
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  };
  return { client, close };
}

async function call(client, name, args, wantError = false) {
  const result = await client.callTool({ name, arguments: args });
  assert.equal(Boolean(result.isError), wantError, `${name}: ${JSON.stringify(result.content)}`);
  if (result.structuredContent) {
    assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent, `${name}: text and structure differ`);
  }
  return result.structuredContent;
}

async function author(client, url) {
  const { tools } = await client.listTools();
  assert.ok(tools.some((t) => t.name === 'ratchet_execute_task'));
  for (const tool of tools) {
    for (const hint of ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']) {
      assert.equal(typeof tool.annotations[hint], 'boolean', `${tool.name}: ${hint}`);
    }
  }
  const created = await call(client, 'ratchet_create_task', {
    name: 'total',
    description: 'Adds up the items of a URL.',
    code: wrong,
    input_schema: schema({ url: { type: 'string' } }),
    output_schema: schema({ total: { type: 'number' } }),
    test_cases: [
      {
        name: 'adds',
        input: { url: 'https://example.test/items' },
        expected_output: { total: 6 },
        mock: { http: [{ url: 'https://example.test/items', response: { items: [1, 2, 3] } }] },
      },
      {
        name: 'adds unequal items',
        input: { url: 'https://example.test/items' },
        expected_output: { total: 30 },
        mock: { http: [{ url: 'https://example.test/items', response: { items: [10, 20] } }] },
      },
    ],
  });
  assert.equal(created.name, 'total');
  const failed = await call(client, 'ratchet_run_task_tests', { task_id: 'total' });
  assert.equal(failed.all_passed, false);
  await call(client, 'ratchet_edit_task', { task_id: 'total', code: right });
  const passed = await call(client, 'ratchet_run_task_tests', { task_id: 'total' });
  assert.equal(passed.all_passed, true, JSON.stringify(passed));
  const run = await call(client, 'ratchet_execute_task', { task_id: 'total', input: { url } });
  assert.equal(run.status, 'completed');
  assert.deepEqual(run.output, { total: 42 });
  const logs = await call(client, 'ratchet_get_execution_logs', { execution_id: run.execution_id });
  assert.match(logs.logs[0].message, /fetched 200/);
  await call(client, 'ratchet_execute_task', { task_id: 'totl', input: {} }, true);
  return run.execution_id;
}

async function find(client, id) {
  const tasks = await call(client, 'ratchet_list_available_tasks', { filter: 'total' });
  assert.equal(tasks.tasks[0].name, 'total');
  const status = await call(client, 'ratchet_get_execution_status', { execution_id: id });
  assert.deepEqual(status.output, { total: 42 });
  const resource = await client.readResource({ uri: 'ratchet://tasks/total/source' });
  assert.equal(resource.contents[0].text, right);
}

const world = createServer((_, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ items: [20, 22] }));
});
await new Promise((resolve) => world.listen(0, '127.0.0.1', resolve));
const port = world.address().port;
let passed = 0;
for (const [transport, open] of Object.entries({ stdio, http })) {
  for (const [era, mode] of Object.entries(modes)) {
    const dir = mkdtempSync(join(tmpdir(), 'ratchet-loop-'));
    let session = await open(dir, port, mode);
    const id = await author(session.client, `http://127.0.0.1:${port}/items`);
    await session.close();
    session = await open(dir, port, mode);
    await find(session.client, id);
    await session.close();
    rmSync(dir, { recursive: true });
    console.log(`ok ${transport} ${era}`);
    passed++;
  }
}
world.close();
console.log(`typescript client: ${passed} passed, 0 failed`);

// Checks the TypeScript that others can make of us and that we make ourselves:
// openapi-typescript reads our document, tsc compiles everything strictly, and
// the generated client talks to a live server.
//
//   node types.mjs RATCHET_BINARY
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const binary = process.argv[2];
assert.ok(binary, 'usage: node types.mjs RATCHET_BINARY');
const modules = fileURLToPath(new URL('node_modules', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'ratchet-types-'));
writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
symlinkSync(modules, join(dir, 'node_modules'));
let passed = 0;
const pass = (what) => { passed += 1; console.log(`ok ${what}`); };

const tsc = (...args) => execFileSync(process.execPath, [join(modules, 'typescript/bin/tsc'), ...args], { cwd: dir, stdio: 'inherit' });
const ratchet = (...args) => execFileSync(binary, args, { cwd: dir, stdio: ['ignore', 'pipe', 'inherit'] }).toString();

async function serve() {
  const server = spawn(binary, ['serve', '--listen', '127.0.0.1:0', '--data-dir', join(dir, 'data')], { stdio: ['ignore', 'ignore', 'pipe'] });
  const url = await new Promise((found, failed) => {
    let log = '';
    server.stderr.on('data', (text) => {
      log += text;
      const m = log.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (m) found(m[0]);
    });
    server.on('exit', () => failed(new Error(`the server ended: ${log}`)));
  });
  while (!(await fetch(url + '/ready').then((r) => r.ok, () => false))) await new Promise((r) => setTimeout(r, 100));
  return { url, stop: () => new Promise((done) => { server.removeAllListeners('exit'); server.on('exit', done); server.kill(); }) };
}

const task = {
  name: 'add', description: 'Adds two numbers.', code: 'export default (i) => ({ sum: i.a + i.b })',
  inputSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'], additionalProperties: false },
  outputSchema: { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'], additionalProperties: false },
};

const server = await serve();
try {
  // What others make of our document.
  const document = await fetch(server.url + '/api-docs/openapi.json').then((r) => r.json());
  writeFileSync(join(dir, 'api.ts'), astToString(await openapiTS(document, { defaultNonNullable: false })));
  writeFileSync(join(dir, 'use.ts'), `import type { components, operations, paths } from './api';
type Created = paths['/api/v1/tools/ratchet_create_task']['post']['requestBody']['content']['application/json'];
export const task: Created = ${JSON.stringify(task)};
export const sort: NonNullable<operations['getTasks']['parameters']['query']> = { _sort: 'name', _order: 'ASC', limit: 10 };
export const code = (e: components['schemas']['Error']): string => e.error.code;
`);
  tsc('--noEmit', '--strict', '--target', 'es2022', '--moduleResolution', 'bundler', '--module', 'esnext', 'api.ts', 'use.ts');
  pass('openapi-typescript reads the document, and tsc compiles what it makes');

  // What we make: first the client, which stores the task whose types come next.
  ratchet('generate', 'types', '--connect', server.url + '/mcp', '--out', 'first', '--quiet');
  tsc('-p', 'first/client');
  tsc('-p', 'first/task');
  const { Ratchet, RatchetError, RunError } = await import(pathToFileURL(join(dir, 'first/client/dist/client.js')));
  const client = new Ratchet({ baseUrl: server.url });
  const created = await client.createTask(task);
  assert.ok(created.taskId);
  pass('the client stores a task');

  ratchet('generate', 'types', '--connect', server.url + '/mcp', '--out', 'types', '--quiet');
  writeFileSync(join(dir, 'types/client/use.ts'), `import { Ratchet } from './client';
export async function add(client: Ratchet): Promise<number> {
  const { sum } = await client.run('add', { a: 20, b: 22 });
  return sum;
}
// @ts-expect-error there is no such task
export const wrongTask = (client: Ratchet) => client.run('nope', {});
// @ts-expect-error b is missing
export const wrongInput = (client: Ratchet) => client.run('add', { a: 1 });
// @ts-expect-error the argument has another name
export const wrongArgument = (client: Ratchet) => client.deleteTask({ task: 'add' });
`);
  writeFileSync(join(dir, 'types/client/tsconfig.json'), JSON.stringify({ extends: '../../first/client/tsconfig.json', files: ['client.ts', 'use.ts', 'tasks.d.ts'], compilerOptions: { outDir: 'dist' } }));
  writeFileSync(join(dir, 'types/client/package.json'), '{"type":"module"}');
  writeFileSync(join(dir, 'types/task/main.ts'), `import type { Input, Output } from './tasks';
export default async function (input: Input<'add'>, context: TaskContext): Promise<Output<'add'>> {
  context.log.info('adding', { attempt: context.attempt });
  // @ts-expect-error a task has no DOM
  document.title;
  return { sum: input.a + input.b };
}
`);
  tsc('-p', 'types/client');
  tsc('-p', 'types/task');
  pass('the types of the task are checked, right and wrong');

  const started = await client.executeTask({ taskId: 'add', input: { a: 1, b: 2 } });
  assert.equal(started.status, 'completed');
  assert.deepEqual(started.output, { sum: 3 });
  assert.equal((await client.run('add', { a: 20, b: 22 })).sum, 42);
  await assert.rejects(client.executeTask({ taskId: 'nope', input: {} }), (e) => e instanceof RatchetError && e.code === 'NOT_FOUND' && e.status === 404 && e.requestId !== undefined);
  await assert.rejects(client.executeTask({ taskId: 'add', input: { a: 'x' } }), (e) => e instanceof RatchetError && e.code === 'VALIDATION_ERROR' && e.status === 400);
  await client.createTask({ ...task, name: 'fails', code: 'export default () => { throw new Error("no") }' });
  await assert.rejects(client.run('fails', { a: 1, b: 2 }), (e) => e instanceof RunError && e.status === 'failed');
  assert.ok((await client.getDeveloperIntegrationGuide({})).text.length > 100);
  const page = await client.listAvailableTasks({ limit: 1 });
  assert.equal(page.tasks.length, 1);
  assert.ok(page.nextCursor);
  pass('the client runs tasks, and its errors have types');
} finally {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
}
console.log(`types: ${passed} passed, 0 failed`);

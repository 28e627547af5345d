// Fuzzes a live server from its own OpenAPI document with generators of others:
// openapi-fuzzer-core makes requests that break the document, json-schema-faker
// makes requests that fit it. No answer may be 500 or above, and each must be
// one that the document describes.
//
//   node fuzz.mjs RATCHET_BINARY [SEED] [ROUNDS]
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import jsf from 'json-schema-faker';
import fuzzer from 'openapi-fuzzer-core';

const [binary, seedText, roundsText] = process.argv.slice(2);
assert.ok(binary, 'usage: node fuzz.mjs RATCHET_BINARY [SEED] [ROUNDS]');
const seed = Number(seedText ?? Date.now() % 1e9);
const rounds = Number(roundsText ?? 6);
console.log(`seed ${seed}`);
let state = seed;
function random() { // mulberry32
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const pick = (list) => list[Math.floor(random() * list.length)];
jsf.option({ random, optionalsProbability: 0.4, failOnInvalidTypes: false, failOnInvalidFormat: false, maxItems: 3, maxLength: 40 });

const dir = mkdtempSync(join(tmpdir(), 'ratchet-fuzz-'));
const server = spawn(binary, ['serve', '--listen', '127.0.0.1:0', '--data-dir', dir, '--tasks-dir', join(dir, 'tasks')], { stdio: ['ignore', 'ignore', 'pipe'] });
let log = '';
server.stderr.on('data', (text) => { log += text; });
const base = await new Promise((found, failed) => {
  server.stderr.on('data', () => {
    const m = log.match(/http:\/\/127\.0\.0\.1:\d+/);
    if (m) found(m[0]);
  });
  server.on('exit', () => failed(new Error(`the server ended: ${log}`)));
});
while (!(await fetch(base + '/ready').then((r) => r.ok, () => false))) await new Promise((r) => setTimeout(r, 100));

const tool = async (name, args) => (await fetch(`${base}/api/v1/tools/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(args) }).then((r) => r.json())).data;
const ids = { taskId: ['add', 'slow'], executionId: [] };
async function plant() {
  const any = { type: 'object' };
  for (const [name, code] of [['add', 'export default (i) => ({ sum: i.a + i.b })'], ['fails', 'export default () => { throw new Error("no") }'], ['spare', 'export default (i) => i']]) {
    const made = await tool('ratchet_create_task', { name, description: name, code, inputSchema: any, outputSchema: any });
    if (made) ids.taskId.push(made.taskId, name);
  }
  for (const taskId of ['add', 'fails']) {
    const run = await tool('ratchet_execute_task', { taskId, input: { a: 1, b: 2 } });
    if (run) ids.executionId.push(run.executionId);
  }
}
await plant();

const document = await fetch(base + '/api-docs/openapi.json').then((r) => r.json());
const follow = (o) => (o?.$ref ? o.$ref.slice(2).split('/').reduce((at, key) => at[key], document) : o);

// What the document says of answers, as validators by operation and status.
const ajv = new Ajv({ strict: false, validateFormats: false });
ajv.addSchema({ $id: 'doc', components: document.components }, 'doc');
const validators = new Map();
function validator(operation, status) {
  const key = `${operation.operationId} ${status}`;
  if (!validators.has(key)) {
    const answer = follow(operation.responses[status]);
    const body = answer?.content?.['application/json']?.schema;
    const local = body && JSON.parse(JSON.stringify(body).replaceAll('"#/components', '"doc#/components'));
    validators.set(key, { known: answer !== undefined, kinds: Object.keys(answer?.content ?? {}), check: local && ajv.compile(local) });
  }
  return validators.get(key);
}

// The document as Swagger 2, which is what the fuzzer reads.
function swagger() {
  const rewrite = (schema) => JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '#/definitions/'));
  const definitions = rewrite(document.components.schemas);
  const paths = {};
  for (const [path, item] of Object.entries(document.paths)) {
    paths[path] = {};
    for (const [method, operation] of Object.entries(item)) {
      const parameters = (operation.parameters ?? []).map(follow).filter((p) => p.in !== 'header').map((p) => ({ name: p.name, in: p.in, ...p.schema }));
      const body = operation.requestBody?.content?.['application/json']?.schema;
      if (body) {
        const name = `${operation.operationId}Fuzzed`;
        definitions[name] = rewrite(follow(body));
        parameters.push({ name: 'body', in: 'body', schema: { $ref: `#/definitions/${name}` } });
      }
      paths[path][method] = { operationId: operation.operationId, parameters };
    }
  }
  return { basePath: '', paths, definitions };
}

// tame writes the schema that accepts everything as the generator knows it.
function tame(schema) {
  if (schema === true) return {};
  if (Array.isArray(schema)) return schema.map((s) => (typeof s === 'object' ? tame(s) : s));
  if (typeof schema !== 'object' || schema === null) return schema;
  const out = { ...schema };
  for (const name of ['items', 'anyOf', 'oneOf', 'allOf']) if (name in out) out[name] = tame(out[name]);
  if (out.properties) out.properties = Object.fromEntries(Object.entries(out.properties).map(([name, s]) => [name, tame(s)]));
  return out;
}
const components = { schemas: Object.fromEntries(Object.entries(document.components.schemas).map(([name, s]) => [name, tame(s)])) };
const generate = (schema) => jsf.generate({ ...tame(schema), components });

const hostile = ['', ' ', '0', '-1', '1e400', 'null', 'NaN', "' OR 1=1 --", '../../etc/passwd', '%2e%2e%2f', '\u0000', '\ud83d\ude00', '\u202e', 'a'.repeat(5000), '{{7*7}}', '<script>', '0192f0c1-7e1a-7bd1-9d3e-3f1f4f6f2a10', 'add@9.9.9', 'add@', '@', '%', '\r\nX-Evil: 1', '__proto__', 'constructor'];
const skipped = new Set(['events', 'executionEvents', 'docs', 'playground', 'openapiJson', 'openapiYaml']); // no JSON answer, or one without end
const requests = [];
const find = (path, method) => document.paths[path]?.[method];
for (const spec of fuzzer.swagger(swagger())) requests.push({ ...spec.request, from: spec.name });

for (const [path, item] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(item)) {
    const parameters = (operation.parameters ?? []).map(follow);
    const schema = operation.requestBody?.content?.['application/json']?.schema;
    const whole = schema && follow(schema);
    for (let round = 0; round < rounds; round += 1) {
      const pathParams = {};
      const queryParams = {};
      for (const p of parameters) {
        if (p.in === 'path') pathParams[p.name] = round % 3 === 2 ? pick(hostile) : pick(ids[p.name] ?? hostile);
        else if (p.in === 'query' && (p.required || random() < 0.15)) queryParams[p.name] = round % 3 === 2 ? pick(hostile) : generate(p.schema);
      }
      let body;
      if (whole) {
        body = generate(whole);
        for (const name of Object.keys(ids)) if (typeof body?.[name] === 'string' && random() < 0.8) body[name] = pick(ids[name]);
        if (round % 3 === 2 && body && typeof body === 'object') body[pick([...Object.keys(body), 'extra'])] = pick(hostile);
        if (typeof body?.wait === 'number') body.wait = Math.min(body.wait, 2);
        if (typeof body?.timeout === 'number') body.timeout = Math.min(body.timeout, 5);
      }
      requests.push({ method, path, pathParams, queryParams, body, from: 'fits' });
    }
  }
}

const failures = [];
const seen = {};
async function send(request) {
  const operation = find(request.path, request.method);
  if (operation && skipped.has(operation.operationId)) return;
  let path = request.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(request.pathParams?.[name] ?? pick(ids[name] ?? ['x'])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.queryParams ?? {})) query.set(name, Array.isArray(value) ? value.join(',') : typeof value === 'object' ? JSON.stringify(value) : value);
  if ([...query].length > 0) path += `?${query}`;
  const init = { method: request.method.toUpperCase(), redirect: 'manual', headers: {}, signal: AbortSignal.timeout(60_000) };
  if (request.body !== undefined && !['get', 'head'].includes(request.method)) {
    init.body = typeof request.body === 'string' && random() < 0.5 ? request.body : JSON.stringify(request.body);
    init.headers['content-type'] = 'application/json';
  }
  const fail = (why) => failures.push(`${why}\n  ${init.method} ${path.slice(0, 300)}\n  ${String(init.body ?? '').slice(0, 1000)}`);
  try {
    const answer = await fetch(base + path, init);
    const kind = (answer.headers.get('content-type') ?? '').split(';')[0];
    const text = await answer.text();
    seen[answer.status] = (seen[answer.status] ?? 0) + 1;
    if (answer.status >= 500 && !(answer.status === 503 && answer.headers.get('retry-after'))) return fail(`${answer.status}: ${text.slice(0, 500)}`);
    if (Object.values(request.pathParams ?? {}).includes('')) return; // another path
    if (!operation || !request.path.startsWith('/api/v1/') || request.from === 'PATH') return;
    const said = validator(operation, answer.status);
    if (!said.known && answer.status !== 405) return fail(`${answer.status} is not described for ${operation.operationId}: ${text.slice(0, 300)}`);
    if (said.kinds.length > 0 && !said.kinds.includes(kind)) return fail(`${operation.operationId} answered ${kind}, described is ${said.kinds}`);
    if (said.check && !said.check(JSON.parse(text))) return fail(`${operation.operationId} ${answer.status} does not fit: ${ajv.errorsText(said.check.errors).slice(0, 400)}\n  ${text.slice(0, 400)}`);
  } catch (error) {
    fail(`no answer: ${error}${error.cause ? ` (${error.cause})` : ''}`);
  }
}

let sent = 0;
try {
  for (let i = requests.length - 1; i > 0; i -= 1) { // any order
    const j = Math.floor(random() * (i + 1));
    [requests[i], requests[j]] = [requests[j], requests[i]];
  }
  const next = requests.values();
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (const request of next) {
      await send(request);
      sent += 1;
      if (sent % 400 === 0) await plant(); // requests delete tasks too
    }
  }));
  if (!(await fetch(base + '/ready')).ok) failures.push('the server is not ready any more');
} finally {
  server.removeAllListeners('exit');
  await new Promise((done) => { server.on('exit', done); server.kill(); });
  rmSync(dir, { recursive: true, force: true });
}
const kinds = new Map();
for (const f of failures) {
  const kind = f.split('\n')[0].replace(/[0-9a-f-]{36}|\d+/g, '#').slice(0, 120);
  kinds.set(kind, [...(kinds.get(kind) ?? []), f]);
}
for (const list of kinds.values()) console.log(`\n${list.length} times: ${list[0]}`);
if (failures.some((f) => f.startsWith('50'))) console.log(log.split('\n').filter((l) => /ERR|level=ERROR/.test(l)).slice(0, 20).join('\n'));
console.log(`\n${sent} requests, answers by status ${JSON.stringify(seen)}`);
console.log(`fuzz: ${sent - failures.length} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;

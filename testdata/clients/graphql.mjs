// Reads, validates and prints the GraphQL schema with graphql-js, runs
// operations against it and follows a run with graphql-ws, over a WebSocket
// and over server-sent events.
//
//   node graphql.mjs RATCHET_URL
import assert from 'node:assert/strict';
import { buildClientSchema, getIntrospectionQuery, lexicographicSortSchema, parse, printSchema, validate, validateSchema } from 'graphql';
import { createClient } from 'graphql-ws';

const base = process.argv[2];
assert.ok(base, 'usage: node graphql.mjs RATCHET_URL');
const url = `${base}/graphql`;
let passed = 0;

async function post(body, accept = 'application/json') {
  const response = await fetch(url, {
    method: 'POST', headers: { 'content-type': 'application/json', accept }, body: JSON.stringify(body),
  });
  return { status: response.status, ...(await response.json()) };
}

async function run(query, variables) {
  const { data, errors } = await post({ query, variables });
  assert.equal(errors, undefined, `${query}: ${JSON.stringify(errors)}`);
  return data;
}

async function step(name, play) {
  await play();
  console.log(`ok ${name}`);
  passed++;
}

let schema;
await step('introspection', async () => {
  for (const options of [{}, { specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true, oneOf: true }]) {
    const { data, errors } = await post({ query: getIntrospectionQuery(options) });
    assert.equal(errors, undefined, JSON.stringify(errors));
    schema = buildClientSchema(data);
  }
  assert.deepEqual(validateSchema(schema), []);
  const printed = printSchema(lexicographicSortSchema(schema));
  assert.match(printed, /type Query/);
  for (const type of Object.values(schema.getTypeMap())) assert.ok(type.description, `${type.name} has no description`);
});

const create = `mutation Create($name: String!, $code: String!) {
  createTask(name: $name, description: "Counts.", code: $code, inputSchema: {type: "object"}, outputSchema: {}) { taskId name }
}`;
const execute = 'mutation Execute($task: ID!, $wait: Float) { executeTask(taskId: $task, input: {n: 3}, wait: $wait) { executionId status output } }';
const logs = `subscription Logs($id: ID!) {
  executionLogs(executionId: $id, level: info) { sequence lineNumber level message }
}`;

await step('documents', async () => {
  for (const document of [create, execute, logs]) assert.deepEqual(validate(schema, parse(document)), []);
  await run(create, {
    name: 'count',
    code: `export default async (input) => {
      for (let i = 1; i <= input.n; i++) { console.log('number ' + i); await new Promise((r) => setTimeout(r, 50)); }
      return { counted: input.n };
    }`,
  });
  const { executeTask } = await run(execute, { task: 'count', wait: 20 });
  assert.deepEqual(executeTask.output, { counted: 3 });
});

await step('errors', async () => {
  const wrong = await post({ query: '{ getExecutionStatu(executionId: "1") { status } }' });
  assert.match(wrong.errors[0].message, /Did you mean .*"getExecutionStatus"/);
  const missing = await post({ query: '{ getExecutionStatus(executionId: "99999") { status } }' });
  assert.equal(missing.status, 200);
  assert.deepEqual(missing.data, { getExecutionStatus: null });
  assert.equal(missing.errors[0].extensions.code, 'NOT_FOUND');
  assert.deepEqual(missing.errors[0].path, ['getExecutionStatus']);
  assert.ok(missing.errors[0].extensions.requestId);
});

await step('graphql-ws', async () => {
  const client = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
  const { executeTask } = await run(execute, { task: 'count', wait: 0 });
  const lines = [];
  for await (const { data, errors } of client.iterate({ query: logs, variables: { id: executeTask.executionId } })) {
    assert.equal(errors, undefined, JSON.stringify(errors));
    lines.push(data.executionLogs);
  }
  assert.deepEqual(lines.map((l) => l.message), ['number 1', 'number 2', 'number 3']);
  assert.deepEqual(lines.map((l) => l.lineNumber), [1, 2, 3]);
  const answers = [];
  for await (const answer of client.iterate({ query: '{ listExecutions(limit: 1) { pagination { totalCount } } }' })) answers.push(answer);
  assert.ok(answers[0].data.listExecutions.pagination.totalCount >= 2);
  await assert.rejects(async () => {
    for await (const _ of client.iterate({ query: 'subscription { nothing }' })) assert.fail('an answer');
  });
  await client.dispose();
  const stranger = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, connectionParams: { token: 'none' } });
  await assert.rejects(async () => {
    for await (const _ of stranger.iterate({ query: '{ tasks { items { name } } }' })) assert.fail('an answer');
  }, (closed) => closed.code === 4403);
});

await step('server-sent events', async () => {
  const { executeTask } = await run(execute, { task: 'count', wait: 0 });
  const response = await fetch(url, {
    method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: 'subscription P($id: ID!) { executionProgress(executionId: $id) { status } }', variables: { id: executeTask.executionId } }),
  });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const text = await response.text();
  assert.match(text, /event: next\n(id: \d+\n)?data: .*"status":"completed"/);
  assert.match(text, /event: complete\n/);
});

console.log(`graphql: ${passed} passed, 0 failed`);

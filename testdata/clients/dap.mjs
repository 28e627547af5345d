// Drives `ratchet debug --dap` with the Debug Adapter Protocol client that VS
// Code's adapters are tested with: the planted bugs, launched from their
// folders and attached to in recordings, over pipes and over a port, on the
// local data and on a server.
//
//   node dap.mjs RATCHET_BINARY
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import testsupport from '@vscode/debugadapter-testsupport';

const binary = process.argv[2];
assert.ok(binary, 'usage: node dap.mjs RATCHET_BINARY');
const planted = resolve(import.meta.dirname, '../planted');
const tmp = mkdtempSync(join(tmpdir(), 'ratchet-dap-'));
const env = { ...process.env, RATCHET_LOG_LEVEL: 'error' };
const folder = (name) => join(planted, name);
const file = (name) => join(folder(name), name === 'class' ? 'main.ts' : 'main.js');
const input = (name) => JSON.parse(readFileSync(join(folder(name), 'input.json'), 'utf8'));
const ended = (child) => new Promise((done) => (child.exitCode === null ? child.once('exit', done) : done(child.exitCode)));

// said waits until a child's stderr matches.
function said(child, pattern) {
  return new Promise((done, fail) => {
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += chunk;
      const found = pattern.exec(text);
      if (found) done(found[1]);
    });
    child.once('exit', (code) => fail(new Error(`ended with ${code}: ${text}`)));
  });
}

// editor is a client of an adapter of its own, on pipes or on a port.
async function editor(way, args) {
  const client = new testsupport.DebugClient('', '', 'ratchet');
  client.defaultTimeout = 60_000;
  const child = spawn(binary, ['debug', '--dap', ...args, ...(way === 'port' ? ['--port', '0'] : [])], {
    env, stdio: ['pipe', 'pipe', way === 'port' ? 'pipe' : 'inherit'],
  });
  if (way === 'port') await client.start(Number(await said(child, /127\.0\.0\.1:(\d+)/)));
  else client.connect(child.stdout, child.stdin);
  const leave = async () => {
    if (way === 'port') {
      await client.stop(); // it disconnects; the adapter waits for the next editor
      child.kill('SIGINT');
    } else {
      await client.disconnectRequest();
    }
    assert.equal(await ended(child), 0, 'exit code of the adapter');
  };
  return { client, leave };
}

// session begins one and returns what a scenario needs.
async function session(client, begin, { path, breakpoints = [], filters = ['uncaught'] }) {
  const ready = client.waitForEvent('initialized');
  const { body } = await client.initializeRequest();
  for (const can of ['supportsStepBack', 'supportsSetVariable', 'supportsLogPoints', 'supportsConditionalBreakpoints', 'supportsHitConditionalBreakpoints']) {
    assert.equal(body[can], true, can);
  }
  assert.deepEqual(body.exceptionBreakpointFilters.map((f) => f.filter), ['uncaught', 'all']);
  await ready;
  await begin();
  await client.setBreakpointsRequest({ source: { path }, breakpoints });
  await client.setExceptionBreakpointsRequest({ filters });
  const first = client.waitForEvent('stopped');
  await client.configurationDoneRequest();
  await first;
  assert.equal((await client.threadsRequest()).body.threads.length, 1);
  const frames = async () => (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames;
  const move = async (command) => {
    const [stop] = await Promise.all([client.waitForEvent('stopped'), client[`${command}Request`]({ threadId: 1 })]);
    return { reason: stop.body.reason, text: stop.body.text, line: (await frames())[0].line };
  };
  const scope = async (name, frameId = 1) => {
    const { scopes } = (await client.scopesRequest({ frameId })).body;
    const found = scopes.find((s) => s.name === name);
    assert.ok(found, `no scope ${name} among ${scopes.map((s) => s.name)}`);
    return { ref: found.variablesReference, ...(await open(found.variablesReference)) };
  };
  const open = async (variablesReference) => {
    const { variables } = (await client.variablesRequest({ variablesReference })).body;
    return { values: Object.fromEntries(variables.map((v) => [v.name, v.value])), list: variables };
  };
  const evaluate = async (expression, frameId = 1) => (await client.evaluateRequest({ expression, frameId })).body;
  const end = async (code) => {
    const [exited] = await Promise.all([client.waitForEvent('exited'), client.waitForEvent('terminated'), client.continueRequest({ threadId: 1 })]);
    assert.equal(exited.body.exitCode, code);
  };
  return { client, frames, move, scope, open, evaluate, end };
}

// scenarios find each planted bug. live = a run, not a recording.
const scenarios = {
  closure: {
    breakpoints: [{ line: 4, column: 25 }],
    async play(s, path) {
      const frames = await s.frames();
      assert.equal(frames[0].line, 4);
      assert.equal(frames[0].source.path, path);
      assert.equal(frames.at(-1).name, 'main');
      assert.equal((await s.scope('Closure')).values.i, '2');
      assert.equal((await s.evaluate('input.names[i]')).result, 'undefined');
      assert.equal((await s.evaluate('handlers.length', frames.length)).result, '2');
      await assert.rejects(s.evaluate('i = 0'), /only read/);
      const names = await s.evaluate('input.names');
      assert.deepEqual((await s.open(names.variablesReference)).values, { 0: '"a"', 1: '"b"' });
      assert.equal((await s.move('continue')).reason, 'breakpoint');
      const thrown = await s.move('continue');
      assert.deepEqual(thrown, { reason: 'exception', text: 'Error: a name is missing', line: 7 });
      const { body } = await s.client.exceptionInfoRequest({ threadId: 1 });
      assert.equal(body.exceptionId, 'Error');
      assert.equal(body.breakMode, 'unhandled');
      await s.end(1);
    },
  },
  race: {
    breakpoints: [{ line: 5, condition: 'amount === 30' }],
    async play(s, path, live) {
      const frames = await s.frames();
      assert.deepEqual([frames[0].name, frames[1].name], ['withdraw', 'await in main']);
      assert.equal((await s.scope('Module')).values.balance, '80');
      const { ref, values } = await s.scope('Local');
      assert.equal(values.before, '100');
      const set = s.client.setVariableRequest({ variablesReference: ref, name: 'amount', value: '100 - balance + amount' });
      if (live) {
        assert.equal((await set).body.value, '50');
        const constant = { variablesReference: ref, name: 'before', value: 'balance' };
        await assert.rejects(s.client.setVariableRequest(constant), /constant/);
        await s.end(0); // mended: nothing is lost
      } else {
        await assert.rejects(set, /cannot be changed/);
        assert.equal((await s.move('continue')).text, 'Error: lost 70');
        await s.end(1);
      }
    },
  },
  generator: {
    breakpoints: [{ line: 3, hitCondition: '2' }],
    async play(s, path) {
      assert.equal((await s.scope('Block')).values.from, '10');
      assert.equal((await s.move('stepOut')).line, 9);
      assert.equal((await s.scope('Local')).values.seen, '10');
      const moved = (await s.client.setBreakpointsRequest({ source: { path }, breakpoints: [{ line: 10 }] })).body.breakpoints;
      assert.deepEqual([moved[0].verified, moved[0].line], [true, 11]); // line 10 has no statement
      assert.match(moved[0].message, /no statement/);
      assert.deepEqual(await s.move('continue'), { reason: 'breakpoint', text: undefined, line: 11 });
      assert.equal((await s.scope('Local')).values.seen, '20');
      await s.client.setExceptionBreakpointsRequest({ filters: [] });
      await s.end(1);
    },
  },
  caught: {
    filters: ['all'],
    async play(s) {
      const { body } = await s.client.exceptionInfoRequest({ threadId: 1 });
      assert.equal(body.exceptionId, 'SyntaxError');
      assert.equal(body.breakMode, 'always');
      assert.equal((await s.scope('Local')).values.text, '"{price: 3}"');
      assert.equal((await s.move('stepBack')).line, 3);
      assert.equal((await s.move('stepBack')).line, 2);
      assert.equal((await s.frames())[0].name, 'price');
      assert.equal((await s.move('next')).line, 3);
      assert.equal((await s.move('continue')).text.startsWith('SyntaxError'), true);
      await s.client.setExceptionBreakpointsRequest({ filters: ['uncaught'] });
      assert.equal((await s.move('continue')).text, 'Error: nothing to pay');
      await s.end(1);
    },
  },
  class: {
    breakpoints: [{ line: 8 }, { line: 18, column: 35, logMessage: 'adding {item.sku}' }],
    async play(s, path, live, output) {
      const frames = await s.frames();
      assert.deepEqual([frames[0].name, frames[0].line, frames[0].source.path], ['add', 8, path]);
      assert.deepEqual(output, ['adding x\n']);
      const local = await s.scope('Local');
      assert.equal(local.values.known, '0');
      const item = local.list.find((v) => v.name === 'item');
      assert.deepEqual((await s.open(item.variablesReference)).values, { sku: '"x"', count: '4' });
      assert.equal((await s.evaluate('known + item.count')).result, '4');
      for (const [command, line] of [['stepOut', 19], ['stepIn', 12], ['stepOut', 20], ['stepBack', 12], ['next', 20]]) {
        assert.equal((await s.move(command)).line, line, command);
      }
      assert.equal((await s.scope('Local')).values.n, '0');
      assert.equal((await s.move('continue')).text, 'Error: no stock');
      await s.end(1);
    },
  },
};

let passed = 0;

// play plays a scenario; target says how the session begins.
async function play(name, way, args, live, begin) {
  const { client, leave } = await editor(way, args);
  const output = [];
  client.on('output', (e) => e.body.category === 'console' && output.push(e.body.output));
  const scenario = scenarios[name];
  const s = await session(client, () => begin(client), { path: file(name), ...scenario });
  await scenario.play(s, file(name), live, output);
  await leave();
  passed++;
}

// recorded runs a task that fails, and returns the execution's id.
function recorded(name, where) {
  const code = readFileSync(file(name), 'utf8');
  const language = name === 'class' ? 'typescript' : 'javascript';
  const call = (tool, given) => {
    try {
      return JSON.parse(execFileSync(binary, ['call', tool, JSON.stringify(given), '--json', ...where], { env, stdio: ['ignore', 'pipe', 'ignore'] }));
    } catch (failed) {
      return JSON.parse(failed.stdout); // of a run that failed, as it should
    }
  };
  call('ratchet_create_task', { name, description: 'has a bug', code, language, input_schema: { type: 'object' }, output_schema: {} });
  const run = call('ratchet_execute_task', { task_id: name, input: input(name) });
  assert.equal(run.status, 'failed', name);
  return run.execution_id;
}

// pauses stops a run that never ends, from outside, and leaves it.
async function pauses() {
  const endless = join(tmp, 'endless');
  mkdirSync(endless);
  writeFileSync(join(endless, 'metadata.json'), '{"name":"endless","version":"1.0.0","description":"never ends"}');
  writeFileSync(join(endless, 'main.js'), 'function main() {\n  let n = 0;\n  console.log("here");\n  while (true) n++;\n}\n');
  const { client, leave } = await editor('pipe', ['--from-fs', endless]);
  await client.initializeRequest();
  await client.launchRequest({});
  const begun = client.waitForEvent('stopped');
  await client.setBreakpointsRequest({ source: { path: join(endless, 'main.js') }, breakpoints: [{ line: 3 }] });
  await client.configurationDoneRequest();
  await begun;
  await client.continueRequest({ threadId: 1 });
  const [stopped] = await Promise.all([client.waitForEvent('stopped'), client.pauseRequest({ threadId: 1 })]);
  assert.equal(stopped.body.reason, 'pause');
  assert.equal((await client.stackTraceRequest({ threadId: 1 })).body.stackFrames[0].line, 4);
  await client.continueRequest({ threadId: 1 });
  await leave(); // while it runs
  passed++;
}

// refusals are what an editor is told when a configuration is wrong.
async function refusals() {
  const { client, leave } = await editor('pipe', ['--data-dir', join(tmp, 'empty')]);
  await client.initializeRequest();
  await assert.rejects(client.launchRequest({}), /names no task/);
  await assert.rejects(client.launchRequest({ program: join(tmp, 'nowhere') }), /nowhere/);
  await assert.rejects(client.attachRequest({}), /names no execution/);
  await assert.rejects(client.customRequest('disassemble', { memoryReference: '1', instructionCount: 1 }), /does not do|does not know/);
  await client.attachRequest({ executionId: '99' });
  const [told] = await Promise.all([client.waitForEvent('output'), client.waitForEvent('terminated'), client.configurationDoneRequest()]);
  assert.match(told.body.output, /no execution "99"/);
  await leave();
  passed++;
}

// text reads the source of a stored task that has no folder here.
async function text(args, executionId) {
  const { client, leave } = await editor('pipe', ['--execution', executionId, ...args]);
  await client.initializeRequest();
  await client.attachRequest({ stopOnEntry: true });
  await Promise.all([client.waitForEvent('stopped'), client.configurationDoneRequest()]);
  const { source } = (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames[0];
  assert.ok(source.sourceReference > 0 && !source.path, JSON.stringify(source));
  const { body } = await client.sourceRequest({ sourceReference: source.sourceReference });
  assert.equal(body.content, readFileSync(file('class'), 'utf8'));
  await leave();
  passed++;
}

let server;
try {
  const data = join(tmp, 'data');
  for (const name of Object.keys(scenarios)) {
    const where = ['--data-dir', data];
    const executionId = recorded(name, where);
    await play(name, 'pipe', [], true, (c) => c.launchRequest({ program: file(name), input: input(name) }));
    await play(name, 'pipe', where, false, (c) => c.attachRequest({ executionId, program: folder(name) }));
    if (name === 'class') await text(where, executionId);
  }
  server = spawn(binary, ['serve', '--listen', '127.0.0.1:0', '--data-dir', join(tmp, 'served')], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const where = ['--connect', await said(server, /(http:\/\/127\.0\.0\.1:\d+)/)];
  for (const name of Object.keys(scenarios)) {
    const executionId = recorded(name, where);
    await play(name, 'port', where, true, (c) => c.launchRequest({ task: name, program: folder(name), input: input(name) }));
    await play(name, 'pipe', where, false, (c) => c.attachRequest({ executionId, program: folder(name) }));
    if (name === 'class') await text(where, executionId);
  }
  await pauses();
  await refusals();
  console.log(`debug adapter: ${passed} passed, 0 failed`);
} finally {
  if (server) {
    server.kill('SIGTERM');
    await ended(server);
  }
  rmSync(tmp, { recursive: true, force: true });
}

// Bundles each library with its program, runs it in a task and in Node.js, and
// compares the results. BIN is the server's binary.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import programs from './programs.mjs';

process.env.TZ = 'UTC';
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'libraries-'));
const only = process.argv.slice(2);
let same = 0, all = 0;
for (const [name, source] of Object.entries(programs)) {
  if (only.length > 0 && !only.includes(name)) continue;
  all++;
  const { outputFiles: [bundle] } = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname }, bundle: true, minify: true, write: false, format: 'cjs', platform: 'neutral',
    mainFields: ['module', 'browser', 'main'], conditions: ['browser', 'import', 'default'], external: ['node:*', 'buffer', 'string_decoder', 'crypto', 'vm', 'util', 'stream', 'events', 'path', 'url'], logLevel: 'error',
  });
  const file = path.join(dir, name.replace(/\W/g, '_') + '.cjs');
  fs.writeFileSync(file, bundle.text);
  const wanted = JSON.stringify(await createRequire(import.meta.url)(file).default({}, {}));
  const folder = path.join(dir, name.replace(/\W/g, '_'));
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 'main.js'), bundle.text);
  fs.writeFileSync(path.join(folder, 'metadata.json'), JSON.stringify({ name: 'library', version: '1.0.0', description: name, input_schema: { type: 'object' }, output_schema: {} }));
  const started = performance.now();
  const run = spawnSync(process.env.BIN, ['run-once', '--from-fs', folder], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const took = Math.round(performance.now() - started);
  let got;
  try { got = JSON.stringify(JSON.parse(run.stdout)); } catch { got = run.stdout + run.stderr; }
  const ok = got === wanted;
  same += ok;
  console.log(`${ok ? 'same  ' : 'DIFFER'} ${name} (${Math.round(bundle.text.length / 1024)} kB, ${took} ms)${ok ? '' : `\n  Node ${wanted.slice(0, 400)}\n  task ${got.slice(0, 600)}`}`);
}
fs.rmSync(dir, { recursive: true });
console.log(`${same} of ${all} libraries give the result of Node.js`);
process.exit(same >= all - 1 ? 0 : 1);

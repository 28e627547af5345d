// Prints what a program of this folder gives in Node, as JSON.
import fs from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';

const file = path.resolve(process.argv[2]);
const code = fs.readFileSync(file, 'utf8');
let main;
if (/^export /m.test(code)) {
  const module = await import('data:text/javascript;base64,' + Buffer.from(code).toString('base64'));
  main = module.default ?? module.main;
} else {
  vm.runInThisContext(code, { filename: file });
  main = vm.runInThisContext('main');
}
console.log(JSON.stringify(await main({}, {})));

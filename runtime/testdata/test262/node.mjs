// Runs tests that arrive on stdin, one a line, each in a realm of its own.
import readline from 'node:readline';
import vm from 'node:vm';

process.on('unhandledRejection', () => {});
process.on('uncaughtException', () => {});
async function outcome({ code, module, async, negative }) {
  try {
    const context = vm.createContext({ structuredClone, setTimeout });
    if (module) {
      const made = new vm.SourceTextModule(`${code}\n;globalThis.__promise = ${async ? '__ended' : '0'};`, { context });
      await made.link(() => { throw new SyntaxError('no such module'); });
      await made.evaluate();
      await context.__promise;
    } else {
      vm.runInContext(code, context, { timeout: 5000 });
      if (async) await Promise.race([vm.runInContext('__ended', context), new Promise((_, no) => setTimeout(no, 5000, new Error('not done')))]);
    }
  } catch (error) {
    return negative !== '' && error?.constructor?.name === negative ? 'pass' : 'fail';
  }
  return negative === '' ? 'pass' : 'fail';
}
for await (const line of readline.createInterface({ input: process.stdin })) console.log(await outcome(JSON.parse(line)));

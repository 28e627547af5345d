let fn = 1, cls = 2;
async function main() {
  const out = [];
  for await (const { fn = function () {}, cls = class {} } of [{}]) out.push(fn.name, cls.name);
  { const helper = () => 1; out.push(helper.name); { const helper = () => 2; out.push(helper.name); } }
  async function* g() { function inner() {} yield inner.name; }
  for await (const v of g()) { const fn = () => v; out.push(v, fn.name); }
  return out;
}

export default async () => {
  const l = [];
  const tick = (n) => Promise.resolve().then(() => l.push(n));
  queueMicrotask(() => { l.push('a'); queueMicrotask(() => l.push('a2')); tick('a3'); });
  tick('b').then(() => l.push('b2'));
  setTimeout(() => { l.push('t1'); queueMicrotask(() => { l.push('t1m'); }); Promise.resolve().then(() => l.push('t1p')); }, 0);
  setTimeout(() => l.push('t2'), 0);
  (async () => { l.push('x'); await null; l.push('x1'); await null; l.push('x2'); })();
  await new Promise((r) => setTimeout(r, 10));
  l.push(typeof queueMicrotask, queueMicrotask.name, queueMicrotask.length);
  return l;
};

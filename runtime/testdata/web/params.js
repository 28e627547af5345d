function main() {
  const out = [];
  const t = (f) => { try { out.push(String(f())); } catch (e) { out.push(e.name); } };
  for (const s of ['', '?', '?a=1', 'a=1&a=2&b', '=', '&&', 'a=%', '%41=%zz', 'a+b=c+d', 'ü=€', 'a==b', 'a=%FF', 'a=%E2%82', '?a=?', 'a;b', "a='~!*()_-."]) {
    t(() => new URLSearchParams(s)); t(() => JSON.stringify([...new URLSearchParams(s)])); t(() => new URLSearchParams(s).size);
  }
  t(() => new URLSearchParams([['a', 1], ['b', 2]])); t(() => new URLSearchParams({ x: 'y z', n: null })); t(() => new URLSearchParams([['a']])); t(() => new URLSearchParams(new Map([['k', 'v']]))); t(() => new URLSearchParams(undefined));
  const p = new URLSearchParams('c=3&a=1&b=2&a=0');
  t(() => p.get('a')); t(() => p.getAll('a')); t(() => p.get('zz')); t(() => p.has('a', '0')); t(() => { p.sort(); return p; }); t(() => { p.set('a', 'x'); return p; }); t(() => { p.delete('b'); return p; }); t(() => { p.append('q', '&='); return p; }); t(() => [...p.keys()]); t(() => [...p.values()]); t(() => p.get());
  const u = new URL('https://h/?a=1');
  t(() => { u.searchParams.set('b', 'ü'); return u.href; }); t(() => { u.search = '?z=9'; return u.searchParams.get('z'); }); t(() => { u.searchParams.delete('z'); return u.href; }); t(() => { u.href = 'http://x/?k=v'; return u.searchParams; }); t(() => JSON.stringify(u)); t(() => URL.canParse('x')); t(() => URL.canParse('x', 'http://h'));
  return out;
}
if (typeof process !== 'undefined' && process.argv) console.log(JSON.stringify(main(), null, 1));

const show = (v) => JSON.stringify(v, (k, x) => (typeof x === 'bigint' ? x + 'n' : x === undefined ? '<undefined>' : typeof x === 'number' && !Number.isFinite(x) ? '<' + x + '>' : Object.is(x, -0) ? '<-0>' : typeof x === 'symbol' ? x.toString() : typeof x === 'function' ? '<function>' : x));
const programs = [
  async () => { let s = 'x'.repeat(2000), t = ''; t += s; t += 'a'; const u = t; t += 'b'; let w = ''; w = u; w += 'c'; return [t.slice(-3), u.slice(-3), w.slice(-3), t.length, w.length]; },
  async () => { let s = ''; for (let i = 0; i < 3000; i++) s += i % 7 === 0 ? 'é' : 'a'; let n = 0; for (const c of s) if (c === 'é') n++; const a = s; s += 'Z'; const b = a + 'Y'; return [n, s.length, s.at(-1), b.at(-1), a.length, s.indexOf('Z')]; },
  async () => { let s = ''; s += 1; s += null; s += undefined; s += true; s += [1, 2]; s += { toString() { return 'o'; } }; s += { [Symbol.toPrimitive]: (h) => h }; s += 5n; s += 1.5; s += new Date(0).getTime(); return s; },
  async () => { let s = ''; try { s += Symbol('x'); } catch (e) { return [e.name, e.message]; } },
  async () => { let s = 'a'; s = 5; s += 1; let o = { t: '' }; o.t = o.t + 'x' + 1 + 2; o.t += o.t; return [s, o.t]; },
  async () => { let s = ''; for (let i = 0; i < 2000; i++) s += '😀'; let t = s; t += 'a'; s += 'b'; return [s.length, [...s].length, t.endsWith('a'), s.endsWith('b'), s.codePointAt(3998)]; },
  async () => { let s = ''; const parts = []; for (let i = 0; i < 1500; i++) { s += 'ab'; parts.push(s); } return [parts[700].length, parts[1499].length, parts[600] === 'ab'.repeat(601), s === 'ab'.repeat(1500), new Set(parts).size]; },
  async () => { let s = ''; const m = {}; for (let i = 0; i < 1200; i++) { s += 'k'; m[s] = i; } return [Object.keys(m).length, m['k'.repeat(1100)], s.replace(/k/g, 'j').length, JSON.stringify(s).length]; },
  async () => { let s = `${1}`; const f = () => { s += 'f'; return 'r'; }; s += f() + s; return s; },
  async () => { let html = ''; const add = (t) => { html += `<p>${t}</p>`; }; for (let i = 0; i < 300; i++) add(i); return [html.length, html.slice(0, 20), html.split('<p>').length]; },
];
export default async () => {
  const out = [];
  for (const program of programs) {
    try {
      out.push(show(await program()));
    } catch (e) {
      out.push(e.name);
    }
  }
  return out;
};

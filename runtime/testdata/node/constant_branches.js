const r = [];
a: for (const v of [1, 2, 3]) { if (true) { for (;;) { if (v === 2) continue a; break; } } else break a; r.push(v); }
for (let i = 0; i < 3; i++) { if (false) { break; } else { r.push(() => i); } }
for (let i = 0; i < 3; i++) { if (!1) { let q = i; r.push(() => q); break; } r.push(i); }
let k = 0;
do { k++; if (1 > 2) continue; r.push('k' + k); } while (k < 2);
while (false) { r.push(() => k); break; }
for (; 0;) { const z = 1; r.push(() => z); continue; }
switch (1) { case 1: r.push('s1'); break; r.push('dead'); case 2: r.push('s2'); }
for (const x of [1, 2]) { r.push('c' + x); continue; r.push('never'); }
for (let i = 0; i < 2; i++) { { let q = i; r.push(() => q); continue; break; } }
lab: { r.push('lab'); if (true) break lab; r.push('no'); }
for (const x in { a: 1, b: 2 }) { if (null) continue; r.push(x); if ('') break; }
for (const x of [1, 2, 3]) { try { if (false) continue; r.push('t' + x); if (true) continue; } finally { r.push('f' + x); if (0) break; } }
if (false) { var hoisted = 1; function hf() { return 1; } }
r.push(typeof hoisted, typeof hf);
const f = () => { const o = []; for (let i = 0; i < 2; i++) { if (0) { let q = i; o.push(() => q); continue; } o.push(() => i); } return o.map((g) => g()); };
r.push(...f());
const g = () => { x: for (let i = 0; i < 3; i++) { for (let j = 0; j < 3; j++) { if (true) { if (j == 1) continue x; r.push([i, j]); } else { break x; } } } };
g();
const h = (z) => { switch (z) { case 1: if (false) { const w = 1; return () => w; } return 'one'; default: if ('') break; return 'd'; } };
r.push(h(1), h(2));
function neverB() { while (true) { if (true) return 5; else break; } }
r.push(neverB());
const cond = 'production' !== 'production' ? 1 : 2;
if ('production' !== 'production') { for (const q of [1]) { r.push(() => q); break; } }
for (let i = 0; i < 2; i++) { if (void 0) { r.push(() => cond + i); } else if (-0) { continue; } else { r.push(i + 'e'); } }
function main() { return r.map((x) => (typeof x === 'function' ? x() : x)); }

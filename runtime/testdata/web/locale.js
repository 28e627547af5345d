function main() {
  const out = [];
  const t = (f) => { try { out.push(JSON.stringify(f())); } catch (e) { out.push(e.name); } };
  const numbers = [0, -0, 1, -1, 12, 999, 1000, 1234.5, -1234567.891, 0.1, 0.0005, 1.0005, 1.005, 2.5, 1e21, 1e-7, NaN, Infinity, -Infinity, 123456789012345680000, 0.999, 9.9995];
  const options = [undefined, {}, { maximumFractionDigits: 0 }, { minimumFractionDigits: 2 }, { maximumFractionDigits: 2 }, { minimumFractionDigits: 2, maximumFractionDigits: 2 }, { style: 'percent' }, { style: 'currency', currency: 'USD' }, { style: 'currency', currency: 'JPY' }, { useGrouping: false }, { minimumIntegerDigits: 3 }, { maximumSignificantDigits: 3 }, { minimumSignificantDigits: 4 }, { signDisplay: 'always' }];
  for (const n of numbers) for (const o of options) t(() => n.toLocaleString('en-US', o));
  t(() => 12345678901234567890n.toLocaleString()); t(() => [1234.5, null, 'x'].toLocaleString());
  const moments = [0, Date.UTC(2026, 10, 23, 23, 45, 6), Date.UTC(2024, 1, 29, 12, 0, 0), Date.UTC(1999, 11, 31, 0, 5, 9), NaN];
  const shapes = [undefined, {}, { dateStyle: 'full' }, { dateStyle: 'long', timeStyle: 'short' }, { dateStyle: 'medium' }, { dateStyle: 'short', timeStyle: 'medium' }, { timeStyle: 'short' }, { year: 'numeric', month: 'long', day: 'numeric' }, { month: 'short', day: 'numeric' }, { weekday: 'short' }, { weekday: 'long', year: 'numeric', month: 'short', day: '2-digit' }, { year: 'numeric', month: '2-digit', day: '2-digit' }, { hour: '2-digit', minute: '2-digit' }, { hour: 'numeric', minute: '2-digit', second: '2-digit', hour12: false }, { hour: 'numeric' }, { month: 'long', year: 'numeric' }, { year: 'numeric' }, { hour12: false }, { timeZone: 'UTC' }, { weekday: 'short', month: 'numeric', day: 'numeric' }];
  for (const m of moments) for (const o of shapes) for (const method of ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']) {
    const d = new Date(m);
    try { out.push([m, JSON.stringify(o), method, d[method]('en-US', o)].join(' ')); } catch (e) { out.push([m, JSON.stringify(o), method, e.name].join(' ')); }
  }
  const words = ['a', 'A', 'b', 'ä', 'z', '', 'a10', 'a2', 'é', 'e', 'résumé', 'resume', 'Resume', '-', '_', ' ', '1', 'ß', 'ss', 'a b', 'ab'];
  for (const a of words) out.push(a + ': ' + words.map((b) => a.localeCompare(b)).join(' ') + ' / ' + words.map((b) => a.localeCompare(b, 'en', { sensitivity: 'base' })).join(' ') + ' / ' + words.map((b) => a.localeCompare(b, undefined, { numeric: true })).join(' '));
  return out;
}
if (typeof process !== 'undefined' && process.argv) console.log(JSON.stringify(main(), null, 1));

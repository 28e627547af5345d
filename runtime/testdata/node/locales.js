const show = (v) => JSON.stringify(v, (k, x) => (typeof x === 'bigint' ? x + 'n' : x === undefined ? '<undefined>' : typeof x === 'number' && !Number.isFinite(x) ? '<' + x + '>' : Object.is(x, -0) ? '<-0>' : typeof x === 'symbol' ? x.toString() : typeof x === 'function' ? '<function>' : x));
const programs = [
  async () => { const d = new Date(Date.UTC(2024, 11, 31, 0, 4, 9)); const r = []; for (const l of ['ko-KR', 'tr-TR', 'da-DK', 'fi-FI', 'nb-NO', 'cs-CZ', 'hu-HU', 'uk-UA', 'el-GR', 'hi-IN', 'vi-VN', 'id-ID', 'pt-PT', 'zh-TW', 'es-MX', 'fr-CA', 'en-CA', 'en-NZ', 'en-ZA', 'en-IE', 'fr-CH', 'it-CH', 'ro-RO', 'hr-HR', 'sk-SK', 'de', 'fr', 'de-AT', 'de-CH', 'es-AR', 'pt', 'no', 'zh-Hant', 'en-AU', 'en-IN', 'nl-BE']) r.push([l, d.toLocaleDateString(l), d.toLocaleTimeString(l), d.toLocaleString(l), (1234567.891).toLocaleString(l), (1234).toLocaleString(l), (0.256).toLocaleString(l, { style: 'percent' }), (-5.5).toLocaleString(l), (1234.5).toLocaleString(l, { style: 'currency', currency: 'EUR' }), (-1234.5).toLocaleString(l, { style: 'currency', currency: 'USD' }), (99).toLocaleString(l, { style: 'currency', currency: 'XTS' }), (5).toLocaleString(l, { style: 'currency', currency: 'JPY', currencyDisplay: 'code' }), (1e6).toLocaleString(l, { style: 'currency', currency: 'GBP', maximumFractionDigits: 0 }), (7).toLocaleString(l, { style: 'currency', currency: 'SEK', signDisplay: 'always' })]); return r; },
  async () => { const d = new Date(Date.UTC(2024, 2, 5, 17, 4, 9)); return ['de', 'fr', 'ja', 'en-GB', 'pt-BR'].flatMap((l) => [new Intl.DateTimeFormat(l, { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }).formatToParts(d), new Intl.DateTimeFormat(l, { hour: '2-digit', minute: '2-digit' }).formatToParts(d), new Intl.DateTimeFormat(l).formatToParts(d)]); },
  async () => { const f = new Intl.DateTimeFormat('de-DE', { dateStyle: 'full' }); return [f.format(new Date(0)), f.resolvedOptions().locale, new Intl.DateTimeFormat('de-DE', { timeZone: 'America/New_York', dateStyle: 'long', timeStyle: 'short' }).format(new Date(0)), Intl.DateTimeFormat.supportedLocalesOf(['de', 'ko', 'fi'])]; },
  async () => { const months = Array.from({ length: 12 }, (_, i) => new Date(Date.UTC(2024, i, 15)).toLocaleString('fr', { month: 'long' })); const days = Array.from({ length: 7 }, (_, i) => new Date(Date.UTC(2024, 0, i + 1)).toLocaleDateString('es-ES', { weekday: 'short' })); return [months, days]; },
  async () => ([new Intl.PluralRules('pl').resolvedOptions().pluralCategories, new Intl.PluralRules('en', { type: 'ordinal' }).resolvedOptions().pluralCategories, new Intl.PluralRules('de').resolvedOptions().locale]),
  async () => ([new Intl.RelativeTimeFormat('de').formatToParts(-3, 'day'), new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).formatToParts(-1, 'day'), new Intl.RelativeTimeFormat('en').formatToParts(10, 'day')]),
  async () => ([[...new Intl.Segmenter().segment('👨‍👩‍👧‍👦')].length, new Intl.Segmenter('en').segment('abc').containing(1).segment, new Intl.Segmenter('de').resolvedOptions().granularity]),
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

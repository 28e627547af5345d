// Writes what Node.js knows of locales, from its copy of the CLDR, into a file
// for each: node generate.mjs
import fs from 'node:fs';

process.env.TZ = 'UTC';
const tags = ('en de de-AT de-CH fr fr-BE fr-CA fr-CH es es-AR es-CL es-CO es-MX es-PE es-US it it-CH pt-BR pt-PT nl nl-BE sv da nb fi pl cs sk sl hu ro bg hr sr et lv lt ' +
  'ru uk tr el ja zh zh-TW zh-HK ko vi id ms hi he en-GB en-AU en-CA en-HK en-IE en-IN en-NZ en-SG en-ZA').split(' ');
const currencies = 'USD EUR GBP JPY CNY INR KRW BRL CAD AUD MXN CHF SEK NOK DKK PLN CZK HUF RON BGN RUB UAH TRY ILS ZAR NZD SGD HKD TWD THB VND IDR ARS CLP COP PEN'.split(' ');
const parts = (f, v) => f.formatToParts(v);
const of = (list, type) => list.find((p) => p.type === type)?.value;
const numeric = new Set(['integer', 'group', 'decimal', 'fraction']);
// shape is a formatted number with # in the place of its digits.
const shape = (list) => list.map((p) => (numeric.has(p.type) ? '#' : p.value)).join('').replace(/#+/, '#');

function numbers(tag) {
  const list = parts(new Intl.NumberFormat(tag), -1234567.5);
  const price = parts(new Intl.NumberFormat(tag, { style: 'currency', currency: 'EUR' }), 1234567.5);
  return {
    group: of(list, 'group'), decimal: of(list, 'decimal'), minus: of(list, 'minusSign'),
    least: new Intl.NumberFormat(tag).format(1234).length === 4 ? 2 : 1, percent: shape(parts(new Intl.NumberFormat(tag, { style: 'percent' }), 0.5)),
    ...(list.filter((p) => p.type === 'integer').length === 4 || of(list, 'integer') === '12' ? { lakh: true } : {}),
    priceGroup: of(price, 'group'), priceDecimal: of(price, 'decimal'), priceLeast: new Intl.NumberFormat(tag, { style: 'currency', currency: 'EUR' }).formatToParts(1234).some((p) => p.type === 'group') ? 1 : 2,
  };
}
function prices(tag) {
  const out = {};
  for (const currency of [...currencies, 'XYZ']) {
    const f = (more) => new Intl.NumberFormat(tag, { style: 'currency', currency, ...more });
    const narrow = shape(parts(f({ currencyDisplay: 'narrowSymbol' }), 5));
    const forms = [shape(parts(f(), 5)), shape(parts(f(), -5)), shape(parts(f({ currencySign: 'accounting' }), -5))];
    if (narrow !== forms[0]) forms.push(narrow);
    if (currency === 'XYZ') out['*'] = forms.map((s) => s.replace('XYZ', '¤'));
    else out[currency] = forms;
  }
  return out;
}

const at = (month, day, hour = 5) => new Date(Date.UTC(2023, month, day, hour, 4, 9));
function dates(tag) {
  const names = { month: [], weekday: [] };
  const variant = (kind, list) => {
    const known = names[kind].findIndex((l) => l.join() === list.join());
    return known >= 0 ? known : names[kind].push(list) - 1;
  };
  // pattern replaces the fields of a date by letters in braces.
  const pattern = (o) => {
    const f = new Intl.DateTimeFormat(tag, { timeZone: 'UTC', ...o });
    return parts(f, at(0, 1)).map(({ type, value }) => {
      switch (type) {
        case 'year': return value.length === 4 ? '{y}' : '{yy}';
        case 'day': return value.length === 2 ? '{dd}' : '{d}';
        case 'month':
          if (/^\d+$/.test(value)) return value.length === 2 ? '{MM}' : '{M}';
          return `{M${variant('month', Array.from({ length: 12 }, (_, m) => of(parts(f, at(m, 1)), 'month')))}}`;
        case 'weekday': return `{w${variant('weekday', Array.from({ length: 7 }, (_, d) => of(parts(f, at(0, 1 + d)), 'weekday')))}}`;
        case 'hour': return value.length === 2 ? '{hh}' : '{h}';
        case 'minute': return value.length === 2 ? '{mm}' : '{m}';
        case 'second': return value.length === 2 ? '{ss}' : '{s}';
        case 'dayPeriod': return '{p}';
        case 'timeZoneName': return '{z}';
        default: return value;
      }
    }).join('').replaceAll('\u202F', ' '); // as format writes it
  };
  const date = {}, codes = { n: 'numeric', 2: '2-digit', s: 'short', l: 'long' };
  for (const w of '-sl') for (const y of '-n2') for (const m of '-n2sl') for (const d of '-n2') {
    const o = {};
    if (w !== '-') o.weekday = codes[w];
    if (y !== '-') o.year = codes[y];
    if (m !== '-') o.month = codes[m];
    if (d !== '-') o.day = codes[d];
    if (Object.keys(o).length > 0) date[w + y + m + d] = pattern(o);
  }
  const time = {}, fields = { h: ['hour'], hm: ['hour', 'minute'], hms: ['hour', 'minute', 'second'], ms: ['minute', 'second'], m: ['minute'], s: ['second'] };
  for (const [key, list] of Object.entries(fields)) {
    for (const size of 'n2') {
      for (const [cycle, more] of [['', {}], ['12', { hourCycle: 'h12' }], ['23', { hourCycle: 'h23' }]]) {
        if (key[0] !== 'h' && cycle !== '') continue;
        const o = { ...more };
        for (const f of list) o[f] = f === 'hour' || key.length === 1 ? codes[size] : '2-digit';
        time[size + key + cycle] = pattern(o);
        if (key.length === 1) continue;
        const other = pattern({ ...o, minute: 'numeric', ...(o.second && { second: 'numeric' }) });
        if (other !== time[size + key + cycle]) time[size + key + cycle + 'n'] = other; // with a minute that is numeric
      }
    }
  }
  const styles = {};
  for (const s of ['full', 'long', 'medium', 'short']) {
    styles['d' + s] = pattern({ dateStyle: s });
    styles['t' + s] = pattern({ timeStyle: s });
  }
  // joined is how date and time stand together, for each kind of date.
  const joined = {};
  const between = (key, o, day, clock) => {
    const whole = pattern(o), d = pattern(day), t = pattern(clock);
    joined[key] = whole.startsWith(d) && whole.endsWith(t) ? `D${whole.slice(d.length, whole.length - t.length)}T`
      : whole.startsWith(t) && whole.endsWith(d) ? `T${whole.slice(t.length, whole.length - d.length)}D` : null;
  };
  for (const s of ['full', 'long', 'medium', 'short']) between(s, { dateStyle: s, timeStyle: 'short' }, { dateStyle: s }, { timeStyle: 'short' });
  const clock = { hour: '2-digit', minute: '2-digit' };
  for (const [key, day] of Object.entries({
    n: { year: 'numeric', month: 'numeric', day: 'numeric' }, s: { year: 'numeric', month: 'short', day: 'numeric' }, l: { year: 'numeric', month: 'long', day: 'numeric' },
    wl: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }, w: { weekday: 'long' },
  })) between(key, { ...day, ...clock }, day, clock);
  const period = (hour) => of(parts(new Intl.DateTimeFormat(tag, { timeZone: 'UTC', hour: 'numeric', hourCycle: 'h12' }), at(0, 1, hour)), 'dayPeriod').replaceAll('\u202F', ' ');
  const periods = Array.from({ length: 24 }, (_, hour) => period(hour));
  return {
    date, time, styles, joined, month: names.month, weekday: names.weekday, periods: new Set(periods).size > 2 ? periods : [periods[5], periods[17]],
    cycle: new Intl.DateTimeFormat(tag, { hour: 'numeric' }).resolvedOptions().hourCycle,
    utc: of(parts(new Intl.DateTimeFormat(tag, { timeZone: 'UTC', timeZoneName: 'long' }), 0), 'timeZoneName'),
  };
}

function lists(tag) {
  const out = {};
  for (const type of ['conjunction', 'disjunction', 'unit']) {
    for (const style of ['long', 'short', 'narrow']) {
      const literals = (items) => new Intl.ListFormat(tag, { type, style }).formatToParts(items).filter((p) => p.type === 'literal').map((p) => p.value);
      const [pair] = literals(['1', '2']), [start, , end] = literals(['1', '2', '3', '4']);
      out[type + style] = [pair, start, end];
    }
  }
  return out;
}

function relatives(tag) {
  const out = {}, plural = new Intl.PluralRules(tag);
  for (const unit of ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year']) {
    for (const style of ['long', 'short', 'narrow']) {
      const always = new Intl.RelativeTimeFormat(tag, { style }), auto = new Intl.RelativeTimeFormat(tag, { style, numeric: 'auto' });
      const forms = { past: {}, future: {}, words: {} };
      for (const n of [1, 2, 3, 5, 11, 21, 100, 1.5, 0]) {
        const category = plural.select(n);
        forms.past[category] ??= shape(always.formatToParts(-n, unit));
        forms.future[category] ??= shape(always.formatToParts(n, unit));
      }
      for (const n of [-2, -1, 0, 1, 2]) {
        const word = auto.format(n, unit);
        if (word !== always.format(n, unit)) forms.words[n] = word;
      }
      out[unit + style] = forms;
    }
  }
  return out;
}

for (const tag of tags) {
  const data = { number: numbers(tag), price: prices(tag), ...dates(tag), list: lists(tag), relative: relatives(tag) };
  const lines = Object.entries(data).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  fs.writeFileSync(new URL(`./${tag}.json`, import.meta.url), `{\n${lines.join(',\n')}\n}\n`);
}

// makeIntl is Intl on the same functions.
function makeIntl() {
  function zoneOf(options) {
    const name = options.timeZone === undefined ? 'UTC' : String(options.timeZone);
    const zone = host.zone(name, 0);
    if (zone === null) throw new RangeError(`Invalid time zone specified: ${name}`);
    return zone.name;
  }
  class NumberFormat {
    #locale; #options; #bound;
    constructor(locales = undefined, options = undefined) {
      this.#locale = checkLocale(locales);
      this.#options = options === undefined ? {} : { ...options };
      formatNumber(0, this.#options, 'Intl.NumberFormat', this.#locale);
    }
    get format() { return this.#bound ??= ((f) => (value) => f.#number(value))(this); }
    #number(value) { return formatNumber(typeof value === 'bigint' ? value : Number(value), this.#options, 'Intl.NumberFormat', this.#locale); }
    formatToParts(value) {
      const L = this.#locale, parts = [];
      for (const piece of this.#number(value).match(/\d+|[^\d]/g) ?? []) {
        const last = parts[parts.length - 1];
        const whole = !parts.some((p) => p.type === 'decimal');
        if (/\d/.test(piece)) parts.push({ type: whole ? 'integer' : 'fraction', value: piece });
        else if (piece === L.decimal && last?.type === 'integer') parts.push({ type: 'decimal', value: piece });
        else if (piece === L.group && last?.type === 'integer') parts.push({ type: 'group', value: piece });
        else if (piece === '-' || piece === '\u2212') parts.push({ type: 'minusSign', value: piece });
        else if (piece === '+') parts.push({ type: 'plusSign', value: piece });
        else if (piece === '%') parts.push({ type: 'percentSign', value: piece });
        else if (/\s/.test(piece)) parts.push({ type: 'literal', value: piece });
        else {
          const type = this.#options.style === 'currency' ? 'currency' : this.#options.style === 'unit' ? 'unit' : piece === '∞' ? 'infinity' : 'compact';
          if (last?.type === type) last.value += piece;
          else parts.push({ type, value: piece });
        }
      }
      return parts;
    }
    resolvedOptions() {
      const o = this.#options, money = o.style === 'currency', usual = money ? decimals[String(o.currency).toUpperCase()] ?? 2 : 0;
      const least = o.minimumFractionDigits ?? Math.min(usual, o.maximumFractionDigits ?? usual);
      return { locale: this.#locale.name, numberingSystem: 'latn', style: o.style ?? 'decimal', ...(money ? { currency: String(o.currency).toUpperCase(), currencyDisplay: o.currencyDisplay ?? 'symbol', currencySign: o.currencySign ?? 'standard' } : {}), minimumIntegerDigits: o.minimumIntegerDigits ?? 1, minimumFractionDigits: least, maximumFractionDigits: o.maximumFractionDigits ?? Math.max(least, money ? usual : o.style === 'percent' ? 0 : 3), useGrouping: o.useGrouping ?? 'auto', notation: o.notation ?? 'standard', signDisplay: o.signDisplay ?? 'auto', roundingIncrement: 1, roundingMode: 'halfExpand', roundingPriority: 'auto', trailingZeroDisplay: 'auto' };
    }
  }
  class DateTimeFormat {
    #locale; #options; #bound;
    constructor(locales = undefined, options = undefined) {
      this.#locale = checkLocale(locales);
      const o = options === undefined ? {} : { ...options };
      zoneOf(o);
      const named = ['weekday', 'year', 'month', 'day', 'hour', 'minute', 'second', 'fractionalSecondDigits', 'dateStyle', 'timeStyle'].some((n) => o[n] !== undefined);
      this.#options = named ? o : { ...o, year: 'numeric', month: 'numeric', day: 'numeric' };
      this.#text(0);
    }
    get format() { return this.#bound ??= ((f) => (date) => f.#text(date))(this); }
    #text(date) {
      const d = new Date(date === undefined ? Date.now() : Number(date));
      const text = formatDate(d, this.#options, 'Intl.DateTimeFormat', true, true, this.#locale);
      if (text === 'Invalid Date') throw new RangeError('Invalid time value');
      return text;
    }
    formatToParts(date = undefined) {
      const text = this.#text(date), o = this.#options, L = this.#locale, parts = [];
      if (L.data !== null) return formatDate(new Date(date === undefined ? Date.now() : Number(date)), o, 'Intl.DateTimeFormat', true, true, L, true);
      const dateNames = ['month', 'day', 'year'];
      const styled = o.dateStyle === 'short' || (o.dateStyle === undefined && o.timeStyle === undefined) ? null : o;
      const words = o.month === 'long' || o.month === 'short' || (styled && o.dateStyle !== undefined);
      const all = (words ? ['day', 'year'] : dateNames).filter((n) => o[n] !== undefined || o.dateStyle !== undefined);
      const times = ['hour', 'minute', 'second'].filter((n) => o[n] !== undefined || (o.timeStyle !== undefined && (n !== 'second' || o.timeStyle !== 'short')));
      const order = [...all, ...times, ...(o.fractionalSecondDigits === undefined ? [] : ['fractionalSecond'])];
      for (const piece of text.match(/\d+|[A-Za-z]+|[^A-Za-z\d]+/g) ?? []) {
        const name = days.some((n) => n === piece || n.slice(0, 3) === piece) ? 'weekday' : months.some((n) => n === piece || n.slice(0, 3) === piece) ? 'month' : /^[ap]m$/i.test(piece) ? 'dayPeriod' : o.era !== undefined && /^(?:AD|BC|A|B)$/.test(piece) ? 'era' : /^\d/.test(piece) ? order.shift() ?? 'timeZoneName' : /^(?:at)$/.test(piece) || !/[A-Za-z]/.test(piece) ? 'literal' : 'timeZoneName';
        const last = parts[parts.length - 1];
        if (last?.type === name && (name === 'literal' || name === 'timeZoneName')) last.value += piece;
        else if (last?.type === 'timeZoneName') last.value += piece;
        else {
          if (name === 'dayPeriod' && last?.value === ' ') last.value = '\u202F';
          parts.push({ type: name, value: piece });
        }
      }
      return parts;
    }
    formatRange(a, b) { const x = this.format(a), y = this.format(b); return x === y ? x : `${x} – ${y}`; }
    resolvedOptions() {
      const o = this.#options, known = {};
      for (const n of ['weekday', 'year', 'month', 'day', 'hour', 'minute', 'second', 'fractionalSecondDigits', 'timeZoneName', 'dateStyle', 'timeStyle']) if (o[n] !== undefined) known[n] = (n === 'minute' || n === 'second') ? '2-digit' : o[n];
      const cycle = o.hour === undefined && o.timeStyle === undefined ? {} : { hourCycle: o.hourCycle ?? ((o.hour12 ?? this.#locale.hours === 12) ? 'h12' : 'h23'), hour12: o.hourCycle === undefined ? o.hour12 ?? this.#locale.hours === 12 : o.hourCycle === 'h12' };
      return { locale: this.#locale.name, calendar: 'gregory', numberingSystem: 'latn', timeZone: zoneOf(o), ...cycle, ...known };
    }
  }
  // wordsOf is the data of a locale for lists, plurals and relative times.
  const wordsOf = (L) => L.data ?? (wordsOf.english ??= JSON.parse(host.locale('en')));
  const choice = (where, name, value, list, usual) => {
    if (value === undefined) return usual;
    if (!list.includes(String(value))) throw new RangeError(`Value ${String(value)} out of range for Intl.${where} options property ${name}`);
    return String(value);
  };
  const category = (L, type, value) => {
    const [whole, decimals = ''] = String(Math.abs(value)).split('.');
    return /^\d{1,15}$/.test(whole) && /^\d{0,15}$/.test(decimals) ? host.plural(L.key, type === 'ordinal', Number(whole), decimals.length, Number(decimals || 0)) : 'other';
  };
  class PluralRules {
    #type; #locale;
    constructor(locales = undefined, options = undefined) {
      this.#locale = checkLocale(locales);
      this.#type = choice('PluralRules', 'type', options?.type, ['cardinal', 'ordinal'], 'cardinal');
    }
    select(n) { return category(this.#locale, this.#type, Number(n)); }
    resolvedOptions() {
      const found = new Set();
      for (const n of [...Array(120).keys(), 1000000, 0.5, 1.5, 2.5, 5.1, 1e6 + 0.5]) found.add(this.select(n));
      found.delete('other');
      return { locale: this.#locale.name, type: this.#type, minimumIntegerDigits: 1, minimumFractionDigits: 0, maximumFractionDigits: 3, pluralCategories: [...found].sort().concat('other'), roundingIncrement: 1, roundingMode: 'halfExpand', roundingPriority: 'auto', trailingZeroDisplay: 'auto' };
    }
  }
  class ListFormat {
    #type; #style; #locale;
    constructor(locales = undefined, options = undefined) {
      this.#locale = checkLocale(locales);
      this.#type = choice('ListFormat', 'type', options?.type, ['conjunction', 'disjunction', 'unit'], 'conjunction');
      this.#style = choice('ListFormat', 'style', options?.style, ['long', 'short', 'narrow'], 'long');
    }
    format(list) { return this.formatToParts(list).map((p) => p.value).join(''); }
    formatToParts(list) {
      const items = Array.from(list, (v) => { if (typeof v !== 'string') throw new TypeError('Iterable yielded a non-String value'); return v; });
      const [pair, next, last] = wordsOf(this.#locale).list[this.#type + this.#style], out = [];
      items.forEach((value, i) => {
        if (i > 0) out.push({ type: 'literal', value: items.length === 2 ? pair : i === items.length - 1 ? last : next });
        out.push({ type: 'element', value });
      });
      return out;
    }
    resolvedOptions() { return { locale: this.#locale.name, type: this.#type, style: this.#style }; }
  }
  class RelativeTimeFormat {
    #numeric; #locale; #style;
    constructor(locales = undefined, options = undefined) {
      this.#locale = checkLocale(locales);
      this.#style = choice('RelativeTimeFormat', 'style', options?.style, ['long', 'short', 'narrow'], 'long');
      this.#numeric = choice('RelativeTimeFormat', 'numeric', options?.numeric, ['always', 'auto'], 'always');
    }
    // #form is the text with # for the number, and that number.
    #form(value, unit) {
      const v = Number(value), name = String(unit).replace(/s$/, '');
      if (!Number.isFinite(v)) throw new RangeError('Invalid time value');
      const forms = wordsOf(this.#locale).relative[name + this.#style];
      if (forms === undefined) throw new RangeError(`Invalid unit argument for format() '${unit}'`);
      const word = this.#numeric === 'auto' ? forms.words[v] : undefined;
      if (word !== undefined) return [word, ''];
      const side = v < 0 || Object.is(v, -0) ? forms.past : forms.future;
      return [side[category(this.#locale, 'cardinal', v)] ?? side.other, formatNumber(Math.abs(v), undefined, 'Intl.RelativeTimeFormat', this.#locale), name];
    }
    format(value, unit) {
      const [form, number] = this.#form(value, unit);
      return form.replace('#', () => number);
    }
    formatToParts(value, unit) {
      const [form, number, name] = this.#form(value, unit);
      if (number === '') return [{ type: 'literal', value: form }];
      const [before, after] = form.split('#'), literal = (text) => (text === '' ? [] : [{ type: 'literal', value: text }]);
      return [...literal(before), ...new NumberFormat(this.#locale.name).formatToParts(Math.abs(Number(value))).map((p) => ({ ...p, unit: name })), ...literal(after)];
    }
    resolvedOptions() { return { locale: this.#locale.name, style: this.#style, numeric: this.#numeric, numberingSystem: 'latn' }; }
  }
  // cluster is what readers take for one character: a letter with its marks, a
  // syllable of Hangul, a flag, or emoji that are joined.
  const cluster = () => /\r\n|\p{RI}\p{RI}|(?:\p{ExtPict}(?:[\p{M}\u{1F3FB}-\u{1F3FF}]*\u200D\p{ExtPict})*|[\u1100-\u115F]+[\u1160-\u11A7]*[\u11A8-\u11FF]*|[\uAC00-\uD7A3][\u1160-\u11FF]*|\p{L}(?:\p{M}*[\u094D\u09CD\u0ACD\u0B4D\u0C4D\u0D4D]\u200D?\p{L})+|[^])[\p{M}\u200C\u200D\u{1F3FB}-\u{1F3FF}]*/gu;
  class Segments {
    #text;
    constructor(text) { this.#text = text; }
    *[Symbol.iterator]() {
      for (const m of this.#text.matchAll(cluster())) yield { segment: m[0], index: m.index, input: this.#text };
    }
    containing(index = 0) {
      const at = Math.trunc(Number(index)) || 0;
      if (at < 0 || at >= this.#text.length) return undefined;
      for (const s of this) if (at < s.index + s.segment.length) return s;
      return undefined;
    }
  }
  class Segmenter {
    #locale;
    constructor(locales = undefined, options = undefined) {
      this.#locale = checkLocale(locales);
      const kind = choice('Segmenter', 'granularity', options?.granularity, ['grapheme', 'word', 'sentence'], 'grapheme');
      if (kind !== 'grapheme') throw new RangeError(`Intl.Segmenter: the granularity ${kind} is not supported; split the text by a regular expression, such as /[\\p{L}\\p{N}]+/gu`);
    }
    segment(text) { return new Segments(String(text)); }
    resolvedOptions() { return { locale: this.#locale.name, granularity: 'grapheme' }; }
  }
  class Collator {
    #o; #locale; #bound;
    constructor(locales = undefined, options = undefined) { this.#locale = checkLocale(locales); this.#o = read(options, { sensitivity: ['base', 'accent', 'variant'], numeric: [true, false], usage: ['sort', 'search'], localeMatcher: ['lookup', 'best fit'] }, 'Intl.Collator'); }
    get compare() { return this.#bound ??= (a, b) => host.compare(String(a), String(b), this.#o.sensitivity ?? 'variant', this.#o.numeric === true, this.#locale.name); }
    resolvedOptions() { return { locale: this.#locale.name, usage: this.#o.usage ?? 'sort', sensitivity: this.#o.sensitivity ?? 'variant', ignorePunctuation: false, collation: 'default', numeric: this.#o.numeric ?? false, caseFirst: 'false' }; }
  }
  const classes = { NumberFormat, DateTimeFormat, PluralRules, ListFormat, RelativeTimeFormat, Collator, Segmenter };
  const Intl = {};
  const put = (o, name, value) => Object.defineProperty(o, name, { __proto__: null, value, writable: true, configurable: true });
  for (const [name, Class] of Object.entries(classes)) {
    put(Class, 'supportedLocalesOf', function supportedLocalesOf(locales, _ = undefined) { return tags(locales).filter((tag) => checkLocale(tag).name === tag); });
    Object.defineProperty(Class.prototype, Symbol.toStringTag, { __proto__: null, value: `Intl.${name}`, configurable: true });
    const callable = ['NumberFormat', 'DateTimeFormat', 'Collator'].includes(name); // these may be called without new
    let shown = Class;
    if (callable) {
      shown = new Proxy(Class, { __proto__: null, apply: (_, __, args) => new Class(...args) });
      put(Class.prototype, 'constructor', shown);
    }
    put(Intl, name, shown);
  }
  put(Intl, 'Locale', Locale);
  put(Intl, 'getCanonicalLocales', function getCanonicalLocales(locales) { return [...new Set(tags(locales))]; });
  Object.defineProperty(Intl, Symbol.toStringTag, { __proto__: null, value: 'Intl', configurable: true });
  return Intl;
}

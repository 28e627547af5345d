// The locale-dependent methods and Intl: English whole, numbers and dates in
// figures for some others. Another locale falls back to en-US, as the standard
// says; an option that would be formatted wrongly is refused.
(function (host) {
  'use strict';
  // What a locale does differently: separators, the least digits of a number
  // that is grouped, where symbols stand, and how dates are written in numbers.
  const plain = { group: ',', decimal: '.', least: 1, after: false, percent: '%', dollar: '$', date: 'M/D/Y', two: false, join: ', ', hours: 12, fold: {} };
  const of = (more) => ({ ...plain, hours: 24, ...more });
  const table = {
    'en': plain, 'en-US': plain,
    'en-GB': of({ dollar: 'US$', date: 'DD/MM/Y' }), 'en-AU': of({ dollar: 'USD\u00A0', date: 'DD/MM/Y', hours: 12, lower: true }),
    'en-IN': of({ date: 'D/M/Y', hours: 12, lower: true, lakh: true }),
    'de': of({ group: '.', decimal: ',', after: true, percent: '\u00A0%', date: 'D.M.Y' }), 'de-AT': of({ group: '\u00A0', priceGroup: '.', decimal: ',', percent: '\u00A0%', spaced: true, date: 'D.M.Y' }),
    'de-CH': of({ group: "'", spaced: true, inner: true, tight: true, date: 'D.M.Y' }),
    'fr': of({ group: '\u202F', decimal: ',', after: true, percent: '\u00A0%', dollar: '$US', date: 'DD/MM/Y', join: ' ' }),
    'es': of({ group: '.', decimal: ',', least: 2, after: true, percent: '\u00A0%', dollar: 'US$', date: 'D/M/Y', bare: true }),
    'it': of({ group: '.', decimal: ',', least: 2, after: true, dollar: 'USD', date: 'DD/MM/Y' }),
    'pt-BR': of({ group: '.', decimal: ',', spaced: true, dollar: 'US$', date: 'DD/MM/Y' }),
    'nl': of({ group: '.', decimal: ',', spaced: true, inner: true, dollar: 'US$', date: 'D-M-Y' }),
    'sv': of({ group: '\u00A0', decimal: ',', after: true, percent: '\u00A0%', dollar: 'US$', date: 'Y-MM-DD', join: ' ', minus: '\u2212' }),
    'ru': of({ group: '\u00A0', decimal: ',', after: true, percent: '\u00A0%', date: 'DD.MM.Y' }),
    'pl': of({ group: '\u00A0', decimal: ',', least: 2, after: true, dollar: 'USD', date: 'D.MM.Y' }),
    'ja': of({ date: 'Y/M/D', join: ' ', bare: true }), 'zh': of({ dollar: 'US$', date: 'Y/M/D', join: ' ' }),
  };
  const own = {
    'en-GB': { JPY: 'JP¥' }, 'en-IN': { JPY: 'JP¥' }, 'pt-BR': { JPY: 'JP¥' }, 'nl': { JPY: 'JP¥' }, 'de-CH': { EUR: 'EUR' }, 'de-AT': { EUR: '€' },
    'fr': { GBP: '£GB', JPY: 'JPY', CAD: '$CA', AUD: '$AU' }, 'es': { GBP: 'GBP', JPY: 'JPY' }, 'it': { JPY: 'JPY' }, 'sv': { GBP: 'GBP', JPY: 'JPY', SEK: 'kr' }, 'pl': { PLN: 'zł', GBP: 'GBP', JPY: 'JPY' },
    'ja': { JPY: '￥' }, 'zh': { CNY: '¥', JPY: 'JP¥' }, 'ru': { RUB: '₽' }, 'en-AU': { AUD: '$', GBP: 'GBP\u00A0', EUR: 'EUR\u00A0', JPY: 'JPY\u00A0' },
  };
  function tags(locales) {
    if (locales === undefined) return [];
    if (locales === null) throw new TypeError('Cannot convert undefined or null to object');
    const list = typeof locales === 'string' ? [locales] : locales instanceof Locale ? [`${locales}`] : Array.from(locales);
    return list.map((tag) => {
      if (typeof tag !== 'string' && (typeof tag !== 'object' || tag === null)) throw new TypeError('Incorrect locale information provided');
      const text = String(tag);
      if (!/^[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?(?:-(?:[A-Za-z0-9]{5,8}|\d[A-Za-z0-9]{3}))*(?:-[A-Za-z0-9](?:-[A-Za-z0-9]{2,8})+)*$/.test(text)) throw new RangeError(`Incorrect locale information provided`);
      return canonical(text);
    });
  }
  function canonical(tag) {
    let extension = false;
    return tag.split('-').map((part, i) => {
      extension = extension || (i > 0 && part.length === 1);
      if (i === 0 || extension) return part.toLowerCase();
      if (part.length === 4 && !/\d/.test(part)) return part[0].toUpperCase() + part.slice(1).toLowerCase();
      return part.length === 2 ? part.toUpperCase() : part.toLowerCase();
    }).join('-');
  }
  const english = Object.freeze({ name: 'en-US', key: 'en-US', ...plain });
  // checkLocale finds the first locale there is; another one falls back to en-US.
  function checkLocale(locales) {
    if (locales === undefined) return english; // as comparisons in a sort ask, by the thousand
    for (const tag of tags(locales)) {
      const base = tag.replace(/-[a-z0-9]-.*$/, '');
      for (let name = base; name !== ''; name = name.slice(0, Math.max(name.lastIndexOf('-'), 0))) {
        const found = name === 'pt' ? 'pt-BR' : name;
        if (Object.hasOwn(table, found)) return { name: base, key: found, ...table[found] };
      }
    }
    return english;
  }
  class Locale {
    #tag;
    constructor(tag, options = undefined) {
      if (typeof tag !== 'string' && (typeof tag !== 'object' || tag === null)) throw new TypeError('First argument to Intl.Locale constructor can\'t be empty or missing');
      [this.#tag] = tags([String(tag)]);
      for (const name of ['language', 'script', 'region']) if (options !== undefined && options[name] !== undefined) throw new RangeError(`Intl.Locale: the option ${name} is not supported; write it in the tag`);
    }
    get baseName() { return this.#tag.replace(/-[a-z0-9]-.*$/, ''); }
    get language() { return this.#tag.split('-')[0]; }
    get script() { return this.#tag.split('-').find((p) => p.length === 4 && /^[A-Z]/.test(p)); }
    get region() { return this.baseName.split('-').slice(1).find((p) => /^(?:[A-Z]{2}|\d{3})$/.test(p)); }
    toString() { return this.#tag; }
    get [Symbol.toStringTag]() { return 'Intl.Locale'; }
  }
  const refused = ['era', 'dayPeriod', 'formatMatcher', 'roundingIncrement', 'roundingMode', 'roundingPriority', 'trailingZeroDisplay', 'ignorePunctuation', 'caseFirst'];
  // read takes the known options and refuses others; allowed maps a name to its values, or to null for a number.
  function read(options, allowed, where) {
    const o = {};
    if (options === undefined) return o;
    for (const name of Object.keys(Object(options))) {
      const value = options[name];
      if (value === undefined) continue;
      if (refused.includes(name)) throw new RangeError(`${where}: the option ${name} is not supported; use ${Object.keys(allowed).join(', ')}`);
      if (!Object.hasOwn(allowed, name)) continue;
      if (allowed[name] && !allowed[name].includes(value)) {
        throw new RangeError(`Value ${String(value)} out of range for ${where} options property ${name}; use ${allowed[name].map(String).join(', ')}`);
      }
      o[name] = value;
    }
    return o;
  }
  const made = {};
  function define(object, methods) { made[object] = methods; }

  const symbols = { USD: '$', EUR: '€', GBP: '£', JPY: '¥', CNY: 'CN¥', INR: '₹', KRW: '₩', BRL: 'R$', CAD: 'CA$', AUD: 'A$', MXN: 'MX$', NZD: 'NZ$', HKD: 'HK$', ILS: '₪', VND: '₫', TWD: 'NT$' };
  const decimals = { JPY: 0, KRW: 0, VND: 0 };
  function digits(o, name, low, high, fallback) {
    if (o[name] === undefined) return fallback;
    const n = Number(o[name]);
    if (!(n >= low && n <= high)) throw new RangeError(`${name} value is out of range.`);
    return Math.floor(n);
  }
  function localize(text, L, min2) {
    let [whole, fraction] = text.split('.');
    const digits = whole.replaceAll(',', '');
    if (whole.includes(',') && digits.length < 3 + (min2 ? 2 : L.least)) whole = digits;
    if (L.lakh && whole.includes(',')) whole = digits.slice(0, -3).replace(/\B(?=(?:\d\d)+$)/g, ',') + ',' + digits.slice(-3);
    return whole.replaceAll(',', L.group) + (fraction === undefined ? '' : L.decimal + fraction);
  }
  const compacts = [['', ''], ['K', ' thousand'], ['M', ' million'], ['B', ' billion'], ['T', ' trillion']];
  function compact(value, o, where, L) {
    if (L.key !== 'en' && !L.key.startsWith('en-')) throw new RangeError(`${where}: compact notation of ${L.name} is not supported`);
    const size = Math.abs(Number(value));
    let step = 0;
    while (step < 4 && size >= 1000 ** (step + 1)) step++;
    const rounded = () => { const scaled = size / 1000 ** step; return scaled < 100 ? Number(scaled.toPrecision(2)) : Math.round(scaled); };
    const given = o.minimumFractionDigits !== undefined || o.maximumFractionDigits !== undefined || o.minimumSignificantDigits !== undefined || o.maximumSignificantDigits !== undefined;
    if (!given && rounded() >= 1000 && step < 4) step++;
    const scaled = (value < 0 ? -1 : 1) * (given ? size / 1000 ** step : rounded());
    const { notation, compactDisplay, ...rest } = o;
    const text = formatNumber(scaled, { useGrouping: 'min2', ...rest, ...(given ? {} : { maximumFractionDigits: 1, minimumFractionDigits: 0 }) }, where, L);
    if (/^-?1000$/.test(text) && step < 4) return compact(Math.sign(Number(value)) * 1000 ** (step + 1), o, where, L);
    return text + compacts[step][compactDisplay === 'long' ? 1 : 0];
  }
  const units = {
    kilometer: ['km', 'kilometer'], meter: ['m', 'meter'], centimeter: ['cm', 'centimeter'], mile: ['mi', 'mile'], kilogram: ['kg', 'kilogram'], gram: ['g', 'gram'], liter: ['L', 'liter'],
    byte: ['byte', 'byte'], kilobyte: ['kB', 'kilobyte'], megabyte: ['MB', 'megabyte'], gigabyte: ['GB', 'gigabyte'], terabyte: ['TB', 'terabyte'],
    second: ['sec', 'second'], minute: ['min', 'minute'], hour: ['hr', 'hour'], day: ['day', 'day'], week: ['wk', 'week'], month: ['mth', 'month'], year: ['yr', 'year'], millisecond: ['ms', 'millisecond'],
  };
  const rates = { 'kilometer-per-hour': ['km/h', 'kilometers per hour'], 'mile-per-hour': ['mph', 'miles per hour'], celsius: ['°C', 'degrees Celsius'], fahrenheit: ['°F', 'degrees Fahrenheit'], percent: ['%', 'percent'] };
  function withUnit(text, o, L, where) {
    if (o.unit === undefined) throw new TypeError('Unit is required with unit style.');
    if (L.key !== 'en' && !L.key.startsWith('en-')) throw new RangeError(`${where}: units of ${L.name} are not supported`);
    const one = text === '1', long = o.unitDisplay === 'long';
    if (Object.hasOwn(rates, o.unit)) {
      const [short, words] = rates[o.unit];
      return long ? `${text} ${one ? words.replace('kilometers', 'kilometer').replace('miles', 'mile').replace('degrees', 'degree') : words}` : text + (/^[°%]/.test(short) ? short : ' ' + short);
    }
    const [short, word] = units[o.unit];
    const plural = ['byte', 'day', 'wk', 'mth', 'yr'].includes(short) && !one ? 's' : '';
    if (o.unitDisplay === 'narrow') return text + { hr: 'h', min: 'm', sec: 's', day: 'd', wk: 'w', mth: 'm', yr: 'y', byte: 'B' }[short] || text + short;
    return long ? `${text} ${word}${one ? '' : 's'}` : `${text} ${short}${plural}`;
  }
  const numberOptions = {
    style: ['decimal', 'percent', 'currency', 'unit'], currency: undefined, currencyDisplay: ['symbol', 'code', 'narrowSymbol'], currencySign: ['standard', 'accounting'], useGrouping: [true, false, 'auto', 'always', 'min2'],
    unit: [...Object.keys(units), ...Object.keys(rates)], unitDisplay: ['short', 'long', 'narrow'], compactDisplay: ['short', 'long'],
    minimumIntegerDigits: null, minimumFractionDigits: null, maximumFractionDigits: null, minimumSignificantDigits: null, maximumSignificantDigits: null,
    notation: ['standard', 'compact'], signDisplay: ['auto', 'always', 'never', 'exceptZero', 'negative'], numberingSystem: ['latn'], localeMatcher: ['lookup', 'best fit'],
  };
  function formatNumber(value, options, where, L) {
    const o = read(options, numberOptions, where);
    if (o.notation === 'compact') return compact(value, o, where, L);
    const money = o.style === 'currency';
    if (money && o.currency === undefined) throw new TypeError('Currency code is required with currency style.');
    if (money && !/^[A-Za-z]{3}$/.test(o.currency)) throw new RangeError('Invalid currency code : ' + o.currency);
    if (money) o.currency = o.currency.toUpperCase();
    const usual = money ? decimals[o.currency] ?? 2 : 0;
    const minFracGiven = digits(o, 'minimumFractionDigits', 0, 100, undefined);
    const maxFracGiven = digits(o, 'maximumFractionDigits', 0, 100, undefined);
    let minFrac = minFracGiven ?? Math.min(usual, maxFracGiven ?? usual);
    const maxFrac = maxFracGiven ?? Math.max(minFrac, money ? usual : o.style === 'percent' ? 0 : 3);
    if (minFrac > maxFrac) throw new RangeError('maximumFractionDigits value is out of range.');
    let minSig = digits(o, 'minimumSignificantDigits', 1, 21, 0);
    const maxSig = digits(o, 'maximumSignificantDigits', Math.max(1, minSig), 21, minSig > 0 ? 21 : 0);
    if (maxSig > 0 && minSig === 0) minSig = 1;
    const big = typeof value === 'bigint';
    const negative = big ? value < 0n : value < 0 || Object.is(value, -0);
    let text;
    if (!big && Number.isNaN(value)) text = 'NaN';
    else if (!big && !Number.isFinite(value)) text = '∞';
    else text = host.number(String(value), o.style === 'percent' ? 2 : 0, digits(o, 'minimumIntegerDigits', 1, 21, 1), minFrac, maxFrac, minSig, maxSig, o.useGrouping !== false);
    if (text !== 'NaN' && text !== '∞') text = localize(text, money && L.priceGroup ? { ...L, group: L.priceGroup } : L, o.useGrouping === 'min2');
    const inner = money && L.inner && negative ? '-' : '';
    if (money) text = priced(inner + text, o, L);
    if (inner) return L.tight ? text.replace('\u00A0', '') : text;
    if (o.style === 'percent') text += L.percent;
    if (o.style === 'unit') text = withUnit(text, o, L, where);
    const zero = !/[1-9∞]/.test(text.replace(/^[^\d∞]*/, ''));
    const sign = o.signDisplay ?? 'auto';
    if (value !== value) return sign === 'always' ? '+' + text : text;
    if (sign === 'never' || (sign === 'exceptZero' && zero)) return text;
    if (negative && o.currencySign === 'accounting' && !L.after) return `(${text})`;
    if (negative) return sign === 'negative' && zero ? text : (L.minus ?? '-') + text;
    return sign === 'auto' || sign === 'negative' ? text : '+' + text;
  }
  function priced(text, o, L) {
    let symbol = o.currency === 'USD' ? L.dollar : own[L.key]?.[o.currency] ?? symbols[o.currency] ?? o.currency;
    if (o.currencyDisplay === 'code') symbol = o.currency;
    else if (o.currencyDisplay === 'narrowSymbol') symbol = { USD: '$', CAD: '$', AUD: '$', MXN: '$', NZD: '$', HKD: '$', CNY: '¥', TWD: '$' }[o.currency] ?? symbol;
    if (L.after) return text + '\u00A0' + symbol;
    return symbol + (L.spaced || /[A-Za-z]{3}$/.test(symbol) ? '\u00A0' : '') + text;
  }
  define('Number.prototype', { toLocaleString(locales = undefined, options = undefined) {
    const value = Number.prototype.valueOf.call(this);
    return formatNumber(value, options, 'Number.toLocaleString', checkLocale(locales));
  } });
  define('BigInt.prototype', { toLocaleString(locales = undefined, options = undefined) {
    const value = BigInt.prototype.valueOf.call(this);
    return formatNumber(value, options, 'BigInt.toLocaleString', checkLocale(locales));
  } });

  const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
  const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
  const two = ['numeric', '2-digit'], length = ['long', 'short'];
  const dateOptions = {
    timeZone: undefined, timeZoneName: length, fractionalSecondDigits: [1, 2, 3], weekday: length, year: two, month: ['numeric', '2-digit', 'long', 'short'], day: two,
    hour: two, minute: two, second: two, hour12: [true, false], hourCycle: ['h12', 'h23'],
    dateStyle: ['full', 'long', 'medium', 'short'], timeStyle: ['full', 'long', 'medium', 'short'], localeMatcher: ['lookup', 'best fit'], calendar: ['gregory'], numberingSystem: ['latn'],
  };
  const dateStyles = {
    full: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }, long: { year: 'numeric', month: 'long', day: 'numeric' },
    medium: { year: 'numeric', month: 'short', day: 'numeric' }, short: { year: '2-digit', month: 'numeric', day: 'numeric' },
  };
  const timeStyles = {
    full: { hour: 'numeric', minute: '2-digit', second: '2-digit', timeZoneName: 'long' }, long: { hour: 'numeric', minute: '2-digit', second: '2-digit', timeZoneName: 'short' },
    medium: { hour: 'numeric', minute: '2-digit', second: '2-digit' }, short: { hour: 'numeric', minute: '2-digit' },
  };
  const pad = (n) => String(n).padStart(2, '0');

  function formatDate(date, options, where, wantDate, wantTime, L) {
    const t = Date.prototype.getTime.call(date);
    let o = read(options, dateOptions, where);
    const zone = host.zone(o.timeZone === undefined ? 'UTC' : String(o.timeZone), Number.isNaN(t) ? 0 : t);
    if (zone === null) throw new RangeError(`Invalid time zone specified: ${o.timeZone}`);
    if (Number.isNaN(t)) return 'Invalid Date';
    date = new Date(t + zone.offset);
    date.zone = zone;
    const dateNames = ['weekday', 'year', 'month', 'day'], timeNames = ['hour', 'minute', 'second'];
    const has = (names) => names.some((n) => o[n] !== undefined);
    let joiner = ', ';
    if (o.dateStyle !== undefined || o.timeStyle !== undefined) {
      if (has(dateNames) || has(timeNames)) throw new TypeError(`${where}: dateStyle and timeStyle cannot be combined with single fields`);
      if ((o.dateStyle !== undefined && !wantDate) || (o.timeStyle !== undefined && !wantTime)) throw new TypeError(`Invalid option : ${o.dateStyle !== undefined && !wantDate ? 'dateStyle' : 'timeStyle'}`);
      o = { ...o, ...dateStyles[o.dateStyle], ...timeStyles[o.timeStyle] };
    } else {
      const none = !(wantDate && has(dateNames)) && !(wantTime && has(timeNames));
      if (none && wantDate) o = { ...o, year: 'numeric', month: 'numeric', day: 'numeric' };
      if (none && wantTime) o = { ...o, hour: 'numeric', minute: '2-digit', second: '2-digit' };
    }
    if (L.key !== 'en' && L.key !== 'en-US') return elsewhere(date, o, where, L);
    const parts = [datePart(date, o, where), timePart(date, o, where)].filter((p) => p !== '');
    if (o.month === 'long') joiner = ' at ';
    if (o.weekday !== undefined && o.month === undefined && o.year === undefined && o.day === undefined) joiner = ' ';
    return parts.join(joiner);
  }
  // elsewhere writes dates of numbers as other locales do.
  function elsewhere(d, o, where, L) {
    if (o.month === 'long' || o.month === 'short' || o.weekday !== undefined || o.dateStyle !== undefined && o.dateStyle !== 'short') throw new RangeError(`${where}: names of months and days in ${L.name} are not supported; use numbers`);
    if (o.dateStyle !== undefined) throw new RangeError(`${where}: dateStyle of ${L.name} is not supported; name the fields`);
    const parts = [];
    if (o.year !== undefined || o.month !== undefined || o.day !== undefined) {
      const values = { Y: o.year && (o.year === '2-digit' ? pad(d.getUTCFullYear() % 100) : String(d.getUTCFullYear())), M: o.month && [d.getUTCMonth() + 1, o.month], D: o.day && [d.getUTCDate(), o.day] };
      const separator = L.date.replace(/[YMD]/g, '')[0];
      parts.push(L.date.split(separator).filter((f) => values[f[0]] !== undefined).map((f) => (f === 'Y' ? values.Y : f.length === 2 || values[f[0]][1] === '2-digit' ? pad(values[f[0]][0]) : String(values[f[0]][0]))).join(separator));
    }
    if (o.hour !== undefined || o.minute !== undefined || o.second !== undefined) {
      const twelve = o.hour12 ?? (o.hourCycle === undefined ? L.hours === 12 : o.hourCycle === 'h12');
      let text = timePart(d, { ...o, hour12: undefined, hourCycle: twelve ? 'h12' : 'h23', ...(L.bare && !twelve && o.hour === 'numeric' ? { bare: true } : {}) }, where);
      if (L.lower) text = text.replace('AM', 'am').replace('PM', 'pm');
      parts.push(text);
    }
    return parts.join(L.join);
  }
  function datePart(d, o, where) {
    const year = d.getUTCFullYear();
    if (o.year !== undefined && year < 1) throw new RangeError(`${where}: years before 1 are not supported`);
    const y = o.year === undefined ? '' : o.year === '2-digit' ? pad(year % 100) : String(year);
    const day = o.day === undefined ? '' : o.day === '2-digit' ? pad(d.getUTCDate()) : String(d.getUTCDate());
    const name = days[d.getUTCDay()];
    const week = o.weekday === undefined ? '' : o.weekday === 'long' ? name : name.slice(0, 3);
    let text;
    if (o.month === 'long' || o.month === 'short') {
      const month = o.month === 'long' ? months[d.getUTCMonth()] : months[d.getUTCMonth()].slice(0, 3);
      const left = day === '' ? month : `${month} ${day}`;
      text = y === '' ? left : day === '' ? `${left} ${y}` : `${left}, ${y}`;
    } else {
      const month = o.month === undefined ? '' : o.month === '2-digit' ? pad(d.getUTCMonth() + 1) : String(d.getUTCMonth() + 1);
      if (month === '' && day !== '' && y !== '') throw new RangeError(`${where}: day and year without month are not supported`);
      if (month === '' && day !== '' && week !== '') return `${day} ${week}`;
      if (month === '' && y !== '' && week !== '') throw new RangeError(`${where}: weekday and year without month are not supported`);
      text = [month, day, y].filter((p) => p !== '').join('/');
    }
    return [week, text].filter((p) => p !== '').join(', ');
  }
  const fraction = (d, o) => (o.fractionalSecondDigits === undefined ? '' : '.' + String(d.getUTCMilliseconds()).padStart(3, '0').slice(0, o.fractionalSecondDigits));
  function timePart(d, o, where) {
    if (o.hour === undefined && o.minute === undefined && o.second === undefined) return o.timeZoneName === undefined ? '' : d.zone[o.timeZoneName];
    if (o.hour === undefined) {
      if (o.minute !== undefined && o.second !== undefined) return `${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}`;
      return o.minute !== undefined ? String(d.getUTCMinutes()) : String(d.getUTCSeconds()) + fraction(d, o);
    }
    if (o.minute === undefined && o.second !== undefined) throw new RangeError(`${where}: hour and second without minute are not supported`);
    const twelve = o.hour12 !== undefined ? o.hour12 : o.hourCycle !== 'h23';
    const h = d.getUTCHours();
    if (!twelve && o.hour12 === false && o.hourCycle === undefined && h === 0 && (o.dateStyle === undefined && o.timeStyle === undefined)) {
      // hour12: false shows midnight as 24 in en-US
      return ['24', o.minute === undefined ? null : pad(d.getUTCMinutes()), o.second === undefined ? null : pad(d.getUTCSeconds())].filter((p) => p !== null).join(':');
    }
    const shown = twelve ? (h % 12 === 0 ? 12 : h % 12) : h;
    const text = [o.hour === '2-digit' || (!twelve && !o.bare) ? pad(shown) : String(shown)];
    if (o.minute !== undefined) text.push(pad(d.getUTCMinutes()));
    if (o.second !== undefined) text.push(pad(d.getUTCSeconds()) + fraction(d, o));
    return text.join(':') + (twelve ? (h < 12 ? ' AM' : ' PM') : '') + (o.timeZoneName === undefined ? '' : ' ' + d.zone[o.timeZoneName]);
  }
  define('Date.prototype', {
    toLocaleString(locales = undefined, options = undefined) { return formatDate(this, options, 'Date.toLocaleString', true, true, checkLocale(locales)); },
    toLocaleDateString(locales = undefined, options = undefined) { return dateOnly(this, options, checkLocale(locales)); },
    toLocaleTimeString(locales = undefined, options = undefined) { return timeOnly(this, options, checkLocale(locales)); },
  });
  function with_(options, names, extra) {
    if (options === undefined) return extra;
    const o = Object(options);
    if (o.dateStyle !== undefined || o.timeStyle !== undefined || names.some((n) => o[n] !== undefined)) return o;
    return { ...o, ...extra };
  }
  function dateOnly(date, options, L) {
    const o = with_(options, ['weekday', 'year', 'month', 'day'], { year: 'numeric', month: 'numeric', day: 'numeric' });
    return formatDate(date, o, 'Date.toLocaleDateString', true, o.timeStyle === undefined && false || ['hour', 'minute', 'second'].some((n) => o[n] !== undefined), L);
  }
  function timeOnly(date, options, L) {
    const o = with_(options, ['hour', 'minute', 'second'], { hour: 'numeric', minute: '2-digit', second: '2-digit' });
    return formatDate(date, o, 'Date.toLocaleTimeString', ['weekday', 'year', 'month', 'day'].some((n) => o[n] !== undefined), true, L);
  }

  const comparing = { sensitivity: ['base', 'accent', 'variant'], numeric: [true, false], usage: ['sort', 'search'], localeMatcher: ['lookup', 'best fit'] };
  define('String.prototype', {
    localeCompare(that, locales = undefined, options = undefined) {
      if (this === undefined || this === null) throw new TypeError('String.prototype.localeCompare called on null or undefined');
      const L = checkLocale(locales);
      if (options === undefined) return host.compare(String(this), String(that), 'variant', false, L.name);
      const o = read(options, comparing, 'localeCompare');
      return host.compare(String(this), String(that), o.sensitivity ?? 'variant', o.numeric === true, L.name);
    },
    toLocaleUpperCase(locales = undefined) { checkLocale(locales); return String.prototype.toUpperCase.call(this); },
    toLocaleLowerCase(locales = undefined) { checkLocale(locales); return String.prototype.toLowerCase.call(this); },
  });
  function list(array, locales, options) {
    const parts = [];
    const n = Number(array.length) || 0;
    for (let i = 0; i < n; i++) parts.push(array[i] === undefined || array[i] === null ? '' : String(array[i].toLocaleString(locales, options)));
    return parts.join(',');
  }
  define('Array.prototype', { toLocaleString(locales = undefined, options = undefined) { return list(this, locales, options); } });
  define('TypedArray.prototype', { toLocaleString(locales = undefined, options = undefined) { return list(this, locales, options); } });
  made.globalThis = { Intl: makeIntl() };
  return made;

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
        const dateNames = L.date.replace(/[^YMD]/g, '').replace(/(.)\1/g, '$1').split('').map((c) => ({ Y: 'year', M: 'month', D: 'day' })[c]);
        const styled = o.dateStyle === 'short' || (o.dateStyle === undefined && o.timeStyle === undefined) ? null : o;
        const words = o.month === 'long' || o.month === 'short' || (styled && o.dateStyle !== undefined);
        const all = (words ? ['day', 'year'] : dateNames).filter((n) => o[n] !== undefined || o.dateStyle !== undefined);
        const times = ['hour', 'minute', 'second'].filter((n) => o[n] !== undefined || (o.timeStyle !== undefined && (n !== 'second' || o.timeStyle !== 'short')));
        const order = [...all, ...times, ...(o.fractionalSecondDigits === undefined ? [] : ['fractionalSecond'])];
        for (const piece of text.match(/\d+|[A-Za-z]+|[^A-Za-z\d]+/g) ?? []) {
          const name = days.some((n) => n === piece || n.slice(0, 3) === piece) ? 'weekday' : months.some((n) => n === piece || n.slice(0, 3) === piece) ? 'month' : /^[ap]m$/i.test(piece) ? 'dayPeriod' : /^\d/.test(piece) ? order.shift() ?? 'timeZoneName' : /^(?:at)$/.test(piece) || !/[A-Za-z]/.test(piece) ? 'literal' : 'timeZoneName';
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
    function english(L, where) { if (L.key !== 'en' && !L.key.startsWith('en-')) throw new RangeError(`${where}: the locale ${L.name} is not supported; only English is`); return L; }
    class PluralRules {
      #type; #locale;
      constructor(locales = undefined, options = undefined) { this.#locale = english(checkLocale(locales), 'Intl.PluralRules'); this.#type = options?.type ?? 'cardinal'; if (!['cardinal', 'ordinal'].includes(this.#type)) throw new RangeError(`Value ${this.#type} out of range for Intl.PluralRules options property type`); }
      select(n) {
        const v = Number(n);
        if (this.#type === 'cardinal') return Math.abs(v) === 1 ? 'one' : 'other';
        const ten = Math.abs(v) % 10, hundred = Math.abs(v) % 100;
        return ten === 1 && hundred !== 11 ? 'one' : ten === 2 && hundred !== 12 ? 'two' : ten === 3 && hundred !== 13 ? 'few' : 'other';
      }
      resolvedOptions() { return { locale: this.#locale.name, type: this.#type, pluralCategories: this.#type === 'cardinal' ? ['one', 'other'] : ['few', 'one', 'two', 'other'] }; }
    }
    class ListFormat {
      #o; #locale;
      constructor(locales = undefined, options = undefined) { this.#locale = english(checkLocale(locales), 'Intl.ListFormat'); this.#o = { type: 'conjunction', style: 'long', ...options }; }
      format(list) {
        const items = Array.from(list, (v) => { if (typeof v !== 'string') throw new TypeError('Iterable yielded a non-String value'); return v; });
        const { type, style } = this.#o;
        const word = type === 'disjunction' ? ' or ' : type === 'unit' ? (style === 'narrow' ? ' ' : ', ') : style === 'long' ? ' and ' : style === 'short' ? ' & ' : ', ';
        const comma = type === 'unit' && style === 'narrow' ? ' ' : ', ';
        if (items.length < 3) return items.join(word);
        return items.slice(0, -1).join(comma) + (word === comma ? comma : ',' + word) + items[items.length - 1];
      }
      formatToParts(list) {
        const items = Array.from(list), text = this.format(items), out = [];
        let at = 0;
        for (const value of items) {
          const from = text.indexOf(value, at);
          if (from > at) out.push({ type: 'literal', value: text.slice(at, from) });
          out.push({ type: 'element', value });
          at = from + value.length;
        }
        return out;
      }
      resolvedOptions() { return { locale: this.#locale.name, type: this.#o.type, style: this.#o.style }; }
    }
    class RelativeTimeFormat {
      #numeric; #locale; #style;
      constructor(locales = undefined, options = undefined) { this.#locale = english(checkLocale(locales), 'Intl.RelativeTimeFormat'); this.#numeric = options?.numeric ?? 'always'; this.#style = options?.style ?? 'long'; if (this.#style !== 'long') throw new RangeError('Intl.RelativeTimeFormat: only the style long is supported'); }
      format(value, unit) {
        const v = Number(value), name = String(unit).replace(/s$/, '');
        if (!Number.isFinite(v)) throw new RangeError('Invalid time value');
        if (!['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'].includes(name)) throw new RangeError(`Invalid unit argument for format() '${unit}'`);
        if (this.#numeric === 'auto') {
          const words = name === 'day' ? { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' } : name === 'second' ? { 0: 'now' } : ['minute', 'hour'].includes(name) ? { 0: `this ${name}` } : { '-1': `last ${name}`, 0: `this ${name}`, 1: `next ${name}` };
          if (words[v] !== undefined) return words[v];
        }
        const size = formatNumber(Math.abs(v), undefined, 'Intl.RelativeTimeFormat', this.#locale), plural = Math.abs(v) === 1 ? name : name + 's';
        return v < 0 || Object.is(v, -0) ? `${size} ${plural} ago` : `in ${size} ${plural}`;
      }
      resolvedOptions() { return { locale: this.#locale.name, style: this.#style, numeric: this.#numeric, numberingSystem: 'latn' }; }
    }
    class Collator {
      #o; #locale; #bound;
      constructor(locales = undefined, options = undefined) { this.#locale = checkLocale(locales); this.#o = read(options, { sensitivity: ['base', 'accent', 'variant'], numeric: [true, false], usage: ['sort', 'search'], localeMatcher: ['lookup', 'best fit'] }, 'Intl.Collator'); }
      get compare() { return this.#bound ??= (a, b) => host.compare(String(a), String(b), this.#o.sensitivity ?? 'variant', this.#o.numeric === true, this.#locale.name); }
      resolvedOptions() { return { locale: this.#locale.name, usage: this.#o.usage ?? 'sort', sensitivity: this.#o.sensitivity ?? 'variant', ignorePunctuation: false, collation: 'default', numeric: this.#o.numeric ?? false, caseFirst: 'false' }; }
    }
    const classes = { NumberFormat, DateTimeFormat, PluralRules, ListFormat, RelativeTimeFormat, Collator };
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
})

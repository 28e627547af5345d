// The locale-dependent methods for en-US. Everything else is refused, so that
// nothing is formatted wrongly in silence.
(function (host) {
  'use strict';
  function checkLocale(locales, where) {
    if (locales === undefined) return;
    const list = typeof locales === 'string' ? [locales] : Array.from(locales);
    for (const tag of list) {
      if (typeof tag !== 'string' || !/^en(-US)?$/i.test(tag)) {
        throw new RangeError(`${where}: the locale "${String(tag)}" is not supported; only en-US is. Format other locales in code`);
      }
    }
  }
  // read takes the known options and refuses others; allowed maps a name to its values, or to null for a number.
  function read(options, allowed, where) {
    const o = {};
    if (options === undefined) return o;
    for (const name of Object.keys(Object(options))) {
      const value = options[name];
      if (value === undefined) continue;
      if (!Object.hasOwn(allowed, name)) throw new RangeError(`${where}: the option ${name} is not supported; use ${Object.keys(allowed).join(', ')}`);
      if (allowed[name] !== null && !allowed[name].includes(value)) {
        throw new RangeError(`${where}: the value ${String(value)} of ${name} is not supported; use ${allowed[name].map(String).join(', ')}`);
      }
      o[name] = value;
    }
    return o;
  }
  const made = {};
  function define(object, methods) { made[object] = methods; }

  const symbols = { USD: '$', EUR: '€', GBP: '£', JPY: '¥', CNY: 'CN¥', INR: '₹', KRW: '₩', BRL: 'R$', CAD: 'CA$', AUD: 'A$', MXN: 'MX$', NZD: 'NZ$', HKD: 'HK$', ILS: '₪', VND: '₫', TWD: 'NT$' };
  const decimals = { JPY: 0, KRW: 0, VND: 0 };
  const numberOptions = {
    style: ['decimal', 'percent', 'currency'], currency: Object.keys(symbols), currencyDisplay: ['symbol', 'code'], useGrouping: [true, false, 'auto', 'always'],
    minimumIntegerDigits: null, minimumFractionDigits: null, maximumFractionDigits: null, minimumSignificantDigits: null, maximumSignificantDigits: null,
    notation: ['standard'], signDisplay: ['auto', 'always', 'never', 'exceptZero'], numberingSystem: ['latn'], localeMatcher: ['lookup', 'best fit'],
  };
  function digits(o, name, low, high, fallback) {
    if (o[name] === undefined) return fallback;
    const n = Number(o[name]);
    if (!(n >= low && n <= high)) throw new RangeError(`${name} value is out of range.`);
    return Math.floor(n);
  }
  function formatNumber(value, options, where) {
    const o = read(options, numberOptions, where);
    const money = o.style === 'currency';
    if (money && o.currency === undefined) throw new TypeError('Currency code is required with currency style.');
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
    if (money) text = (o.currencyDisplay === 'code' ? o.currency + '\u00A0' : symbols[o.currency]) + text;
    if (o.style === 'percent') text += '%';
    const zero = !/[1-9∞]/.test(text.replace(/^[^\d∞]*/, ''));
    const sign = o.signDisplay ?? 'auto';
    if (value !== value) return sign === 'always' ? '+' + text : text;
    if (sign === 'never' || (sign === 'exceptZero' && zero)) return text;
    if (negative) return '-' + text;
    return sign === 'auto' ? text : '+' + text;
  }
  define('Number.prototype', { toLocaleString(locales = undefined, options = undefined) {
    const value = Number.prototype.valueOf.call(this);
    checkLocale(locales, 'Number.toLocaleString');
    return formatNumber(value, options, 'Number.toLocaleString');
  } });
  define('BigInt.prototype', { toLocaleString(locales = undefined, options = undefined) {
    const value = BigInt.prototype.valueOf.call(this);
    checkLocale(locales, 'BigInt.toLocaleString');
    return formatNumber(value, options, 'BigInt.toLocaleString');
  } });

  const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
  const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
  const two = ['numeric', '2-digit'], length = ['long', 'short'];
  const dateOptions = {
    timeZone: ['UTC', 'utc', 'GMT', 'Etc/UTC'], weekday: length, year: two, month: ['numeric', '2-digit', 'long', 'short'], day: two,
    hour: two, minute: two, second: two, hour12: [true, false], hourCycle: ['h12', 'h23'],
    dateStyle: ['full', 'long', 'medium', 'short'], timeStyle: ['medium', 'short'], localeMatcher: ['lookup', 'best fit'], calendar: ['gregory'], numberingSystem: ['latn'],
  };
  const dateStyles = {
    full: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }, long: { year: 'numeric', month: 'long', day: 'numeric' },
    medium: { year: 'numeric', month: 'short', day: 'numeric' }, short: { year: '2-digit', month: 'numeric', day: 'numeric' },
  };
  const timeStyles = { medium: { hour: 'numeric', minute: '2-digit', second: '2-digit' }, short: { hour: 'numeric', minute: '2-digit' } };
  const pad = (n) => String(n).padStart(2, '0');

  function formatDate(date, options, where, wantDate, wantTime) {
    const t = Date.prototype.getTime.call(date);
    let o = read(options, dateOptions, where);
    if (Number.isNaN(t)) return 'Invalid Date';
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
    const parts = [datePart(date, o, where), timePart(date, o, where)].filter((p) => p !== '');
    if (o.month === 'long') joiner = ' at ';
    if (o.weekday !== undefined && o.month === undefined && o.year === undefined && o.day === undefined) joiner = ' ';
    return parts.join(joiner);
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
  function timePart(d, o, where) {
    if (o.hour === undefined && o.minute === undefined && o.second === undefined) return '';
    if (o.hour === undefined) {
      if (o.minute !== undefined && o.second !== undefined) return `${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}`;
      return String(o.minute !== undefined ? d.getUTCMinutes() : d.getUTCSeconds());
    }
    if (o.minute === undefined && o.second !== undefined) throw new RangeError(`${where}: hour and second without minute are not supported`);
    const twelve = o.hour12 !== undefined ? o.hour12 : o.hourCycle !== 'h23';
    const h = d.getUTCHours();
    if (!twelve && o.hour12 === false && o.hourCycle === undefined && h === 0 && (o.dateStyle === undefined && o.timeStyle === undefined)) {
      // hour12: false shows midnight as 24 in en-US
      return ['24', o.minute === undefined ? null : pad(d.getUTCMinutes()), o.second === undefined ? null : pad(d.getUTCSeconds())].filter((p) => p !== null).join(':');
    }
    const shown = twelve ? (h % 12 === 0 ? 12 : h % 12) : h;
    const text = [o.hour === '2-digit' || !twelve ? pad(shown) : String(shown)];
    if (o.minute !== undefined) text.push(pad(d.getUTCMinutes()));
    if (o.second !== undefined) text.push(pad(d.getUTCSeconds()));
    return text.join(':') + (twelve ? (h < 12 ? ' AM' : ' PM') : '');
  }
  define('Date.prototype', {
    toLocaleString(locales = undefined, options = undefined) { checkLocale(locales, 'Date.toLocaleString'); return formatDate(this, options, 'Date.toLocaleString', true, true); },
    toLocaleDateString(locales = undefined, options = undefined) { checkLocale(locales, 'Date.toLocaleDateString'); return dateOnly(this, options); },
    toLocaleTimeString(locales = undefined, options = undefined) { checkLocale(locales, 'Date.toLocaleTimeString'); return timeOnly(this, options); },
  });
  function with_(options, names, extra) {
    if (options === undefined) return extra;
    const o = Object(options);
    if (o.dateStyle !== undefined || o.timeStyle !== undefined || names.some((n) => o[n] !== undefined)) return o;
    return { ...o, ...extra };
  }
  function dateOnly(date, options) {
    const o = with_(options, ['weekday', 'year', 'month', 'day'], { year: 'numeric', month: 'numeric', day: 'numeric' });
    return formatDate(date, o, 'Date.toLocaleDateString', true, o.timeStyle === undefined && false || ['hour', 'minute', 'second'].some((n) => o[n] !== undefined));
  }
  function timeOnly(date, options) {
    const o = with_(options, ['hour', 'minute', 'second'], { hour: 'numeric', minute: '2-digit', second: '2-digit' });
    return formatDate(date, o, 'Date.toLocaleTimeString', ['weekday', 'year', 'month', 'day'].some((n) => o[n] !== undefined), true);
  }

  define('String.prototype', {
    localeCompare(that, locales = undefined, options = undefined) {
      if (this === undefined || this === null) throw new TypeError('String.prototype.localeCompare called on null or undefined');
      checkLocale(locales, 'localeCompare');
      const o = read(options, { sensitivity: ['base', 'accent', 'variant'], numeric: [true, false], usage: ['sort', 'search'], localeMatcher: ['lookup', 'best fit'] }, 'localeCompare');
      return host.compare(String(this), String(that), o.sensitivity ?? 'variant', o.numeric === true);
    },
    toLocaleUpperCase(locales = undefined) { checkLocale(locales, 'toLocaleUpperCase'); return String.prototype.toUpperCase.call(this); },
    toLocaleLowerCase(locales = undefined) { checkLocale(locales, 'toLocaleLowerCase'); return String.prototype.toLowerCase.call(this); },
  });
  function list(array, locales, options) {
    const parts = [];
    const n = Number(array.length) || 0;
    for (let i = 0; i < n; i++) parts.push(array[i] === undefined || array[i] === null ? '' : String(array[i].toLocaleString(locales, options)));
    return parts.join(',');
  }
  define('Array.prototype', { toLocaleString(locales = undefined, options = undefined) { return list(this, locales, options); } });
  define('TypedArray.prototype', { toLocaleString(locales = undefined, options = undefined) { return list(this, locales, options); } });
  return made;
})

// Dates as English writes them, and comparisons.
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const two = ['numeric', '2-digit'], length = ['long', 'short'];
const dateOptions = {
  timeZone: undefined, timeZoneName: length, era: ['short', 'narrow'], fractionalSecondDigits: [1, 2, 3], weekday: length, year: two, month: ['numeric', '2-digit', 'long', 'short'], day: two,
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

function formatDate(date, options, where, wantDate, wantTime, L, inParts = false) {
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
    o = L.data !== null ? o : { ...o, ...dateStyles[o.dateStyle], ...timeStyles[o.timeStyle] };
  } else {
    const none = !(wantDate && has(dateNames)) && !(wantTime && has(timeNames));
    if (none && wantDate) o = { ...o, year: 'numeric', month: 'numeric', day: 'numeric' };
    if (none && wantTime) o = { ...o, hour: 'numeric', minute: 'numeric', second: 'numeric' };
  }
  if (L.data !== null) {
    const parts = elsewhere(date, o, where, L);
    return inParts ? parts : parts.map((p) => p.value).join('');
  }
  const parts = [datePart(date, o, where), timePart(date, o, where)].filter((p) => p !== '');
  if (o.month === 'long') joiner = ' at ';
  if (o.weekday !== undefined && o.month === undefined && o.year === undefined && o.day === undefined) joiner = ' ';
  return parts.join(joiner);
}
function datePart(d, o, where) {
  const year = d.getUTCFullYear();
  if (o.year !== undefined && year < 1 && o.era === undefined) throw new RangeError(`${where}: years before 1 are not supported without era`);
  const shown = year < 1 ? 1 - year : year, era = year < 1 ? 'BC' : 'AD';
  const y = o.year === undefined ? '' : o.year === '2-digit' ? pad(shown % 100) : String(shown);
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
  if (o.era !== undefined && text !== '') text += ' ' + (o.era === 'narrow' ? era[0] : era);
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
  const o = with_(options, ['hour', 'minute', 'second'], { hour: 'numeric', minute: 'numeric', second: 'numeric' });
  return formatDate(date, o, 'Date.toLocaleTimeString', ['weekday', 'year', 'month', 'day'].some((n) => o[n] !== undefined), true, L);
}

const comparing = { sensitivity: ['base', 'accent', 'variant'], numeric: [true, false], usage: ['sort', 'search'], localeMatcher: ['lookup', 'best fit'] };
// turkic says whether a locale has an i without a dot.
const turkic = (locales) => /^(?:tr|az)(?:-|$)/.test(tags(locales)[0] ?? '');
define('String.prototype', {
  localeCompare(that, locales = undefined, options = undefined) {
    if (this === undefined || this === null) throw new TypeError('String.prototype.localeCompare called on null or undefined');
    const L = checkLocale(locales);
    if (options === undefined) return host.compare(String(this), String(that), 'variant', false, L.name);
    const o = read(options, comparing, 'localeCompare');
    return host.compare(String(this), String(that), o.sensitivity ?? 'variant', o.numeric === true, L.name);
  },
  toLocaleUpperCase(locales = undefined) {
    const text = turkic(locales) ? String(this).replaceAll('i', '\u0130') : this;
    return String.prototype.toUpperCase.call(text);
  },
  toLocaleLowerCase(locales = undefined) {
    const text = turkic(locales) ? String(this).replace(/I\u0307|\u0130/g, 'i').replaceAll('I', '\u0131') : this;
    return String.prototype.toLowerCase.call(text);
  },
});
function list(array, locales, options) {
  const parts = [];
  const n = Number(array.length) || 0;
  for (let i = 0; i < n; i++) parts.push(array[i] === undefined || array[i] === null ? '' : String(array[i].toLocaleString(locales, options)));
  return parts.join(',');
}
define('Array.prototype', { toLocaleString(locales = undefined, options = undefined) { return list(this, locales, options); } });
define('TypedArray.prototype', { toLocaleString(locales = undefined, options = undefined) { return list(this, locales, options); } });

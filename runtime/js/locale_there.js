// Dates of other locales, by their patterns.
const sizes = { numeric: 'n', '2-digit': '2', short: 's', long: 'l' };
const types = { y: 'year', M: 'month', d: 'day', w: 'weekday', h: 'hour', m: 'minute', s: 'second', p: 'dayPeriod', z: 'timeZoneName' };
// elsewhere is a date in parts.
function elsewhere(d, o, where, L) {
  if (o.era !== undefined) throw new RangeError(`${where}: eras in ${L.name} are not supported`);
  if (d.getUTCFullYear() < 1) throw new RangeError(`${where}: years before 1 are not supported`);
  const { data } = L, day = o.dateStyle !== undefined ? data.styles['d' + o.dateStyle] : dayPattern(o, data), clock = clockOf(o, L, where);
  if (day === '' || clock === '') return partsOf(day + clock, d, o, where, L);
  const form = data.joined[o.dateStyle ?? kindOfDay(o)];
  if (form === null) throw new RangeError(`${where}: this date with a time in ${L.name} is not supported; format them one by one`);
  const [, before, between, after] = /^(.*?)[DT](.*)[DT](.*)$/.exec(form);
  return partsOf(before + (/D.*T/.test(form) ? day + between + clock : clock + between + day) + after, d, o, where, L);
}
function clockOf(o, L, where) {
  const { data } = L;
  let clock = o.timeStyle !== undefined ? data.styles['t' + o.timeStyle] : clockPattern(o, data, where);
  if (o.timeStyle !== undefined && (o.hour12 !== undefined || o.hourCycle !== undefined)) {
    const zoned = clock.includes('{z}');
    clock = clockPattern({ ...o, hour: 'numeric', minute: '2-digit', second: o.timeStyle === 'short' ? undefined : '2-digit' }, data, where) + (zoned ? ' {z}' : '');
  }
  if (o.timeZoneName === undefined || clock.includes('{z}')) return clock;
  return clock === '' ? '{z}' : clock + ' {z}';
}
function partsOf(pattern, d, o, where, L) {
  const out = [];
  for (const piece of pattern.match(/\{\w+\}|[^{]+/g) ?? []) {
    const [, name, variant] = /^\{([a-zA-Z]+)(\d*)\}$/.exec(piece) ?? [];
    const value = name === undefined ? piece : fieldOf(name, variant, d, o, where, L);
    const type = name === undefined ? 'literal' : types[name[0]];
    out.push({ type, value });
    if (type === 'second' && o.fractionalSecondDigits !== undefined) {
      out.push({ type: 'literal', value: L.decimal }, { type: 'fractionalSecond', value: String(d.getUTCMilliseconds()).padStart(3, '0').slice(0, o.fractionalSecondDigits) });
    }
  }
  return out;
}
function fieldOf(name, variant, d, o, where, L) {
  const { data } = L;
  if (variant !== '') return name === 'M' ? data.month[variant][d.getUTCMonth()] : data.weekday[variant][d.getUTCDay()];
  const hour = d.getUTCHours(), twelve = o.hour12 ?? (o.hourCycle === undefined ? L.hours === 12 : o.hourCycle === 'h12');
  if (name === 'p') return data.periods[data.periods.length === 24 ? hour : hour < 12 ? 0 : 1];
  if (name === 'z') {
    if (d.zone.name !== 'UTC') throw new RangeError(`${where}: names of time zones in ${L.name} are not supported`);
    return o.timeZoneName === 'long' || o.timeStyle === 'full' ? data.utc : 'UTC';
  }
  const n = { y: d.getUTCFullYear(), M: d.getUTCMonth() + 1, d: d.getUTCDate(), h: twelve ? hour % 12 || 12 : hour, m: d.getUTCMinutes(), s: d.getUTCSeconds() }[name[0]];
  return name.length === 2 ? pad(n % 100) : String(n);
}
function kindOfDay(o) {
  if (o.month === 'long') return o.weekday === undefined ? 'l' : 'wl';
  if (o.month === 'short') return 's';
  return o.weekday !== undefined && o.month === undefined && o.year === undefined && o.day === undefined ? 'w' : 'n';
}
function dayPattern(o, data) {
  const key = ['weekday', 'year', 'month', 'day'].map((name) => sizes[o[name]] ?? '-').join('');
  return key === '----' ? '' : data.date[key];
}
function clockPattern(o, data, where) {
  const key = (o.hour === undefined ? '' : 'h') + (o.minute === undefined ? '' : 'm') + (o.second === undefined ? '' : 's');
  if (key === '') return '';
  if (key === 'hs') throw new RangeError(`${where}: hour and second without minute are not supported`);
  const cycle = key[0] !== 'h' ? '' : o.hour12 !== undefined ? (o.hour12 ? '12' : '23') : (o.hourCycle ?? '').slice(1);
  const first = key[0] === 'h' ? o.hour : key === 's' ? o.second : o.minute;
  const name = sizes[first] + key + cycle;
  return (o.minute === 'numeric' ? data.time[name + 'n'] : undefined) ?? data.time[name];
}

// The locale-dependent methods and Intl. English is written out here; other
// locales are data (runtime/locales), and one that is not there falls back to
// en-US, as the standard says. An option that would be formatted wrongly is refused.
const plain = { group: ',', decimal: '.', least: 1, percent: '#%', minus: '-', hours: 12, data: null };
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
const known = new Map(); // locales by their key
// keyed is a locale that there is; undefined = there is none.
function keyed(key) {
  if (key === 'en' || key === 'en-US') return { ...plain, key };
  if (known.has(key)) return known.get(key);
  const text = host.locale(key), data = text === undefined ? undefined : JSON.parse(text);
  const made = data && { ...plain, key, ...data.number, hours: /^h1/.test(data.cycle) ? 12 : 24, data };
  known.set(key, made);
  return made;
}
const others = { pt: 'pt-BR', no: 'nb', nn: 'nb', 'zh-Hant': 'zh-TW', 'zh-Hans': 'zh', 'zh-MO': 'zh-HK', 'es-419': 'es-MX' };
// checkLocale finds the first locale there is; another one falls back to en-US.
function checkLocale(locales) {
  if (locales === undefined) return english; // as comparisons in a sort ask, by the thousand
  for (const tag of tags(locales)) {
    const base = tag.replace(/-[a-z0-9]-.*$/, '');
    for (let name = base; name !== ''; name = name.slice(0, Math.max(name.lastIndexOf('-'), 0))) {
      const found = keyed(others[name] ?? name);
      if (found !== undefined) return { ...found, name: base };
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
const refused = ['dayPeriod', 'formatMatcher', 'roundingIncrement', 'roundingMode', 'roundingPriority', 'trailingZeroDisplay', 'ignorePunctuation', 'caseFirst'];
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

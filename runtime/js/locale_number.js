// Numbers, prices and units.
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
  return whole.replaceAll(',', L.group ?? '') + (fraction === undefined ? '' : L.decimal + fraction);
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
  const price = money && L.data !== null ? { ...L, group: L.priceGroup, decimal: L.priceDecimal, least: L.priceLeast } : L;
  if (text !== 'NaN' && text !== '∞') text = localize(text, price, o.useGrouping === 'min2');
  if (money && L.data !== null) return pricedThere(text, value, negative, o, L);
  if (money) text = priced(text, o);
  if (o.style === 'percent') text = L.percent.replace('#', () => text);
  if (o.style === 'unit') text = withUnit(text, o, L, where);
  const zero = !/[1-9∞]/.test(text.replace(/^[^\d∞]*/, ''));
  const sign = o.signDisplay ?? 'auto';
  if (value !== value) return sign === 'always' ? '+' + text : text;
  if (sign === 'never' || (sign === 'exceptZero' && zero)) return text;
  if (negative && o.currencySign === 'accounting') return `(${text})`;
  if (negative) return sign === 'negative' && zero ? text : (L.minus ?? '-') + text;
  return sign === 'auto' || sign === 'negative' ? text : '+' + text;
}
function priced(text, o) {
  let symbol = symbols[o.currency] ?? o.currency;
  if (o.currencyDisplay === 'code') symbol = o.currency;
  else if (o.currencyDisplay === 'narrowSymbol') symbol = { USD: '$', CAD: '$', AUD: '$', MXN: '$', NZD: '$', HKD: '$', CNY: '¥', TWD: '$' }[o.currency] ?? symbol;
  return symbol + (/[A-Za-z]{3}$/.test(symbol) ? '\u00A0' : '') + text;
}
// pricedThere writes an amount by the forms of a locale: above zero, below it,
// in accounts, and with the narrow symbol.
function pricedThere(text, value, negative, o, L) {
  const { price } = L.data, forms = o.currencyDisplay === 'code' ? price['*'] : price[o.currency] ?? price['*'];
  const [above, below, account, narrow] = forms;
  const zero = !/[1-9∞]/.test(text), sign = o.signDisplay ?? 'auto';
  let form = negative ? (o.currencySign === 'accounting' ? account : below) : above;
  if (o.currencyDisplay === 'narrowSymbol' && narrow !== undefined) form = negative ? L.minus + narrow : narrow;
  if (sign === 'never' || (zero && (sign === 'exceptZero' || (sign === 'negative' && negative)))) form = above;
  else if (!negative && (sign === 'always' || sign === 'exceptZero')) form = below.replace(L.minus, '+');
  return form.replace('#', () => text).replace('¤', o.currency);
}
define('Number.prototype', { toLocaleString(locales = undefined, options = undefined) {
  const value = Number.prototype.valueOf.call(this);
  return formatNumber(value, options, 'Number.toLocaleString', checkLocale(locales));
} });
define('BigInt.prototype', { toLocaleString(locales = undefined, options = undefined) {
  const value = BigInt.prototype.valueOf.call(this);
  return formatNumber(value, options, 'BigInt.toLocaleString', checkLocale(locales));
} });

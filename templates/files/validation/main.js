// Checks data against a JSON Schema. A keyword this checker does not know is an
// error: data is never called valid because a rule was overlooked.

const DEFAULT_SCHEMA = {{schema}};
const STRICT = {{strict}};

const ANNOTATIONS = new Set(['$schema', '$id', '$comment', 'title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly']);

function main(input, context) {
  const schema = input.schema || DEFAULT_SCHEMA;
  const strict = input.strict === undefined ? STRICT : input.strict;
  const errors = check(input.data, schema, '', strict);
  context.log.debug(`${errors.length} violations`);
  return { valid: errors.length === 0, errors, error_count: errors.length };
}

const kinds = {
  null: (v) => v === null,
  boolean: (v) => typeof v === 'boolean',
  string: (v) => typeof v === 'string',
  number: (v) => typeof v === 'number',
  integer: (v) => Number.isInteger(v),
  array: (v) => Array.isArray(v),
  object: (v) => v !== null && typeof v === 'object' && !Array.isArray(v),
};

const formats = {
  email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
  date: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
  'date-time': /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/,
  uri: /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
};

// Each rule gets the data, the keyword's value, the schema and a function that
// checks a part; it returns violations as text, or a list of found errors.
const rules = {
  type: (v, want) => [].concat(want).some((kind) => kinds[kind]?.(v)) || `is not of type ${[].concat(want).join(' or ')}`,
  enum: (v, want) => want.some((w) => same(v, w)) || `is none of ${JSON.stringify(want)}`,
  const: (v, want) => same(v, want) || `is not ${JSON.stringify(want)}`,
  minLength: (v, n) => !kinds.string(v) || [...v].length >= n || `is shorter than ${n}`,
  maxLength: (v, n) => !kinds.string(v) || [...v].length <= n || `is longer than ${n}`,
  pattern: (v, p) => !kinds.string(v) || new RegExp(p, 'u').test(v) || `does not match ${p}`,
  minimum: (v, n) => !kinds.number(v) || v >= n || `is less than ${n}`,
  maximum: (v, n) => !kinds.number(v) || v <= n || `is greater than ${n}`,
  exclusiveMinimum: (v, n) => !kinds.number(v) || v > n || `is not greater than ${n}`,
  exclusiveMaximum: (v, n) => !kinds.number(v) || v < n || `is not less than ${n}`,
  multipleOf: (v, n) => !kinds.number(v) || Number.isInteger(v / n) || `is not a multiple of ${n}`,
  minItems: (v, n) => !kinds.array(v) || v.length >= n || `has fewer than ${n} items`,
  maxItems: (v, n) => !kinds.array(v) || v.length <= n || `has more than ${n} items`,
  uniqueItems: (v, on) => !on || !kinds.array(v) || v.every((a, i) => v.findIndex((b) => same(a, b)) === i) || 'has equal items',
  minProperties: (v, n) => !kinds.object(v) || Object.keys(v).length >= n || `has fewer than ${n} properties`,
  maxProperties: (v, n) => !kinds.object(v) || Object.keys(v).length <= n || `has more than ${n} properties`,
  required: (v, names, _, part) =>
    !kinds.object(v) || names.filter((name) => !Object.hasOwn(v, name)).flatMap((name) => part.fail(name, 'is missing')),
  properties: (v, props, _, part) =>
    !kinds.object(v) || Object.entries(props).flatMap(([name, sub]) => (Object.hasOwn(v, name) ? part(v[name], sub, name) : [])),
  items: (v, sub, _, part) => !kinds.array(v) || v.flatMap((item, i) => part(item, sub, i)),
  additionalProperties: (v, sub, schema, part) =>
    !kinds.object(v) ||
    Object.keys(v).filter((name) => !Object.hasOwn(schema.properties || {}, name)).flatMap((name) =>
      sub === false ? part.fail(name, 'is not a known property') : part(v[name], sub, name)),
  format: (v, name) => {
    if (!formats[name]) throw new ConfigurationError(`format ${name} is not supported; known: ${Object.keys(formats).join(', ')}`);
    return !kinds.string(v) || formats[name].test(v) || `is not a valid ${name}`;
  },
  allOf: (v, subs, _, part) => subs.flatMap((sub) => part(v, sub)),
  anyOf: (v, subs, _, part) => subs.some((sub) => part(v, sub).length === 0) || 'fits none of anyOf',
  oneOf: (v, subs, _, part) => subs.filter((sub) => part(v, sub).length === 0).length === 1 || 'does not fit exactly one of oneOf',
  not: (v, sub, _, part) => part(v, sub).length > 0 || 'fits a schema it must not fit',
};

function check(value, schema, path, strict) {
  if (schema === true) return [];
  if (schema === false) return [{ path: path || '/', rule: 'false', message: 'is not allowed' }];
  const all = strict && schema.properties && schema.additionalProperties === undefined ? { ...schema, additionalProperties: false } : schema;
  const errors = [];
  for (const [keyword, want] of Object.entries(all)) {
    if (ANNOTATIONS.has(keyword)) continue;
    if (!Object.hasOwn(rules, keyword)) throw new ConfigurationError(`schema keyword ${keyword} is not supported`);
    const at = (key) => (key === undefined ? path : `${path}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`);
    const part = (v, sub, key) => check(v, sub, at(key), strict);
    part.fail = (key, message) => [{ path: at(key), rule: keyword, message }];
    const verdict = rules[keyword](value, want, all, part);
    if (typeof verdict === 'string') errors.push({ path: path || '/', rule: keyword, message: verdict });
    else if (Array.isArray(verdict)) errors.push(...verdict);
  }
  return errors;
}

function same(a, b) {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object' || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

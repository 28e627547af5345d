// Maps data to a new shape. A path is dotted (address.city), a number picks
// from a list (items.0.name), and * collects from every entry (items.*.name).

const DEFAULT_MAPPING = {{mapping}};
const ON_MISSING = {{on_missing}}; // null, skip or error

function main(input, context) {
  const mapping = input.mapping || DEFAULT_MAPPING;
  if (Object.keys(mapping).length === 0) {
    throw new ConfigurationError('mapping is empty: give input.mapping as {output key: dotted path}');
  }
  const missing = new Set();
  const result = Array.isArray(input.data)
    ? input.data.map((record) => transform(record, mapping, missing))
    : transform(input.data, mapping, missing);
  if (missing.size > 0) context.log.info('paths without a value', { paths: [...missing] });
  return { result, count: Array.isArray(result) ? result.length : 1, missing: [...missing] };
}

function transform(record, mapping, missing) {
  const entries = [];
  for (const [key, path] of Object.entries(mapping)) {
    const value = lookup(record, path.split('.'));
    if (value !== undefined) {
      entries.push([key, value]);
      continue;
    }
    missing.add(path);
    if (ON_MISSING === 'error') throw new DataError(`no value at ${path} for ${key}`);
    if (ON_MISSING === 'null') entries.push([key, null]);
  }
  return Object.fromEntries(entries);
}

function lookup(value, path) {
  if (path.length === 0) return value;
  if (value === null || typeof value !== 'object') return undefined;
  const [head, ...rest] = path;
  if (head === '*' && Array.isArray(value)) {
    return value.map((entry) => lookup(entry, rest)).filter((entry) => entry !== undefined);
  }
  return Object.hasOwn(value, head) ? lookup(value[head], rest) : undefined;
}

// Reads the text of a file and parses it, counts its records, filters them or
// converts them to another type.

const DEFAULT_OPERATION = {{default_operation}}; // parse, count, filter or convert
const DEFAULT_TYPE = {{file_type}}; // json, csv or xml

function main(input, context) {
  const fileType = (input.fileType || DEFAULT_TYPE).toLowerCase();
  const operation = input.operation || DEFAULT_OPERATION;
  const data = parsers[fileType](input.fileContent);
  const list = records(data);
  context.log.info(`${fileType}: ${list.length} records`);
  const base = { fileType, operation, count: list.length };
  switch (operation) {
    case 'count':
      return base;
    case 'filter': {
      const kept = list.filter((record) => matches(record, input.filter));
      return { ...base, data: kept, matched: kept.length };
    }
    case 'convert': {
      const target = input.convertTo || (fileType === 'json' ? 'csv' : 'json');
      return { ...base, convertedTo: target, content: writers[target](list) };
    }
    default:
      return { ...base, data };
  }
}

const parsers = { json: parseJSON, csv: parseCSV, xml: parseXML };
const writers = { json: (list) => JSON.stringify(list, null, 2), csv: writeCSV, xml: writeXML };

// records finds the list in parsed data: the data itself, or the first list
// inside it (the repeated elements of an XML document).
function records(data) {
  if (Array.isArray(data)) return data;
  if (data === null || typeof data !== 'object') return [data];
  for (const value of Object.values(data)) {
    if (Array.isArray(value)) return value;
    if (value !== null && typeof value === 'object') {
      const inner = records(value);
      if (inner.length !== 1 || inner[0] !== value) return inner;
    }
  }
  return [data];
}

function matches(record, filter) {
  if (!filter || !filter.field) throw new ValidationError('operation filter needs input.filter with a field, e.g. {"field": "city", "equals": "Oslo"}');
  const value = filter.field.split('.').reduce((at, key) => (at === null || at === undefined ? undefined : at[key]), record);
  if (filter.equals !== undefined) return String(value) === String(filter.equals);
  if (filter.contains !== undefined) return String(value ?? '').includes(filter.contains);
  if (filter.min !== undefined && !(Number(value) >= filter.min)) return false;
  if (filter.max !== undefined && !(Number(value) <= filter.max)) return false;
  return value !== undefined;
}

function parseJSON(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DataError(`fileContent is not JSON: ${error.message}`);
  }
}

// parseCSV follows RFC 4180: quoted fields may hold commas, quotes and line
// ends. The first row names the columns.
function parseCSV(text) {
  const rows = [];
  let row = [];
  let field = '';
  let quoted = false;
  for (let i = text.charCodeAt(0) === 0xfeff ? 1 : 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') field += text[++i];
      else quoted = false;
    } else if (c === '"' && field === '') {
      quoted = true;
    } else if (c === ',') {
      row.push(field);
      field = '';
    } else if (c === '\n' || c === '\r') {
      if (c === '\r' && text[i + 1] === '\n') i++;
      rows.push([...row, field]);
      row = [];
      field = '';
    } else {
      field += c;
    }
  }
  if (quoted) throw new DataError('a quoted CSV field is not closed');
  if (field !== '' || row.length > 0) rows.push([...row, field]);
  const [header = [], ...body] = rows.filter((cells) => cells.length > 1 || cells[0] !== '');
  return body.map((cells, index) => {
    if (cells.length > header.length) throw new DataError(`CSV row ${index + 2} has ${cells.length} fields, the header ${header.length}`);
    return Object.fromEntries(header.map((name, column) => [name, cells[column] ?? '']));
  });
}

function writeCSV(list) {
  const names = [...new Set(list.flatMap((record) => (record !== null && typeof record === 'object' ? Object.keys(record) : ['value'])))];
  const cell = (value) => {
    const text = value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const line = (record) => names.map((name) => cell(record !== null && typeof record === 'object' ? record[name] : record)).join(',');
  return [names.map(cell).join(','), ...list.map(line)].join('\n') + '\n';
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text) {
  return text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name) => {
    if (name[0] !== '#') {
      if (!Object.hasOwn(entities, name)) throw new DataError(`unknown XML entity ${whole}`);
      return entities[name];
    }
    const code = name[1] === 'x' || name[1] === 'X' ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
    if (code > 0x10ffff) throw new DataError(`XML character ${whole} does not exist`);
    return String.fromCodePoint(code);
  });
}

// parseXML returns {root: value}. An element with only text is that text;
// attributes become @name, repeated children a list, other text #text.
function parseXML(text) {
  const token = /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<!DOCTYPE[^>]*>|<\/([^\s>]+)\s*>|<([^\s/>!?]+)((?:\s+[^\s=>/]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/y;
  const top = { name: '', children: [], text: '', attributes: [] };
  const open = [top];
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const current = open[open.length - 1];
    if (text[at] !== '<') {
      const end = text.indexOf('<', at);
      token.lastIndex = end < 0 ? text.length : end;
      current.text += decode(text.slice(at, token.lastIndex));
      continue;
    }
    const match = token.exec(text);
    if (!match) throw new DataError(`XML is not well formed at character ${at}`);
    const [, cdata, closing, opening, attributes, selfClosing] = match;
    if (cdata !== undefined) current.text += cdata;
    else if (closing !== undefined) {
      if (current.name !== closing || open.length === 1) throw new DataError(`XML element </${closing}> closes nothing at character ${at}`);
      open.pop();
    } else if (opening !== undefined) {
      const element = { name: opening, children: [], text: '', attributes: readAttributes(attributes) };
      current.children.push(element);
      if (!selfClosing) open.push(element);
    }
  }
  if (open.length > 1) throw new DataError(`XML element <${open[open.length - 1].name}> is not closed`);
  if (top.children.length !== 1 || top.text.trim() !== '') throw new DataError('an XML document has exactly one root element');
  return Object.fromEntries([[top.children[0].name, value(top.children[0])]]);
}

function readAttributes(text) {
  return [...text.matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, name, double, single]) => ['@' + name, decode(double ?? single)]);
}

function value(element) {
  const text = element.text.trim();
  if (element.children.length === 0 && element.attributes.length === 0) return text;
  const groups = new Map(element.attributes);
  const names = new Set(element.children.map((child) => child.name));
  for (const name of names) {
    const values = element.children.filter((child) => child.name === name).map(value);
    groups.set(name, values.length === 1 ? values[0] : values);
  }
  if (text !== '') groups.set('#text', text);
  return Object.fromEntries(groups);
}

function writeXML(list) {
  const escape = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
  const tag = (name) => (/^[A-Za-z_][\w.-]*$/.test(name) ? name : '_' + name.replace(/[^\w.-]/g, '_'));
  const element = (name, content) => {
    if (content === null || content === undefined) return `<${name}/>`;
    if (Array.isArray(content)) return content.map((entry) => element(name, entry)).join('');
    if (typeof content !== 'object') return `<${name}>${escape(content)}</${name}>`;
    return `<${name}>${Object.entries(content).map(([key, inner]) => element(tag(key), inner)).join('')}</${name}>`;
  };
  return `<records>${list.map((record) => element('record', record)).join('')}</records>`;
}

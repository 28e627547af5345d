// What the text fields can do beyond the browser's own: indentation, tidying
// and completion of names.
import { innerOf } from './schema.js';

// tidy indents a document by its brackets.
export function tidy(text) {
  let depth = 0;
  return text.split('\n').map((line) => {
    const bare = line.trim();
    const plain = bare.replace(/#.*$/, '').replace(/"(?:\\.|[^"\\])*"/g, '""');
    const leading = /^[})\]]+/.exec(plain)?.[0].length ?? 0;
    const out = '  '.repeat(Math.max(0, depth - leading)) + bare;
    for (const c of plain) {
      if ('{(['.includes(c)) depth++;
      if ('})]'.includes(c)) depth = Math.max(0, depth - 1);
    }
    return bare ? out : '';
  }).join('\n').replace(/\n{3,}/g, '\n\n');
}

// skeleton is a document that asks for one root field.
export function skeleton(schema, owner, field) {
  const kind = owner.toLowerCase();
  const wanted = field.args.filter((a) => a.type.kind === 'NON_NULL');
  const declared = wanted.map((a) => `$${a.name}: ${written(a.type)}`).join(', ');
  const passed = wanted.map((a) => `${a.name}: $${a.name}`).join(', ');
  const body = selection(schema, innerOf(field.type), 1);
  const variables = Object.fromEntries(wanted.map((a) => [a.name, example(a)]));
  return {
    query: `${kind} ${field.name}${declared && `(${declared})`} {\n  ${field.name}${passed && `(${passed})`}${body}\n}\n`,
    variables: wanted.length ? JSON.stringify(variables, null, 2) : '',
  };
}

function written(type) {
  if (type.kind === 'NON_NULL') return `${written(type.ofType)}!`;
  return type.kind === 'LIST' ? `[${written(type.ofType)}]` : type.name;
}

function example(arg) {
  const name = innerOf(arg.type);
  return { Int: 1, Long: 1, Float: 1, Boolean: true, JSON: {} }[name] ?? '';
}

function selection(schema, name, depth) {
  const type = schema.types.get(name);
  if (!type?.fields) return '';
  const pad = '  '.repeat(depth + 1);
  const lines = type.fields.map((f) => {
    const inner = schema.types.get(innerOf(f.type));
    if (!inner.fields) return pad + f.name;
    return depth < 3 ? pad + f.name + selection(schema, inner.name, depth + 1) : undefined;
  }).filter(Boolean);
  return ` {\n${(lines.length ? lines : [`${pad}__typename`]).join('\n')}\n${'  '.repeat(depth)}}`;
}

// here is the type whose fields are asked for at a place of a document.
function here(schema, before) {
  const bare = before.replace(/#.*$/gm, '').replace(/"(?:\\.|[^"\\])*"/g, '""').replace(/\([^()]*\)/g, '');
  const path = [];
  for (const [, name, bracket] of bare.matchAll(/(\w+)?\s*(?:\$?\w*\s*)?([{}])/g)) {
    if (bracket === '{') path.push(name); else path.pop();
  }
  if (!path.length) return undefined;
  const kind = /(mutation|subscription)\b/.exec(bare.trimStart())?.index === 0 ? bare.trimStart().match(/\w+/)[0] : 'query';
  let type = schema.types.get(schema.roots.find((r) => r.toLowerCase() === kind));
  for (const name of path.slice(1)) {
    const field = type?.fields?.find((f) => f.name === name);
    if (field) type = schema.types.get(innerOf(field.type));
  }
  return type;
}

// Editor adds keys to the text field of the operation.
export class Editor {
  constructor(area, list) {
    Object.assign(this, { area, list, schema: undefined, chosen: 0, found: [], leaving: false });
    area.addEventListener('keydown', (e) => this.key(e));
    area.addEventListener('input', () => { if (!list.hidden) this.offer(); });
    area.addEventListener('blur', () => { list.hidden = true; this.leaving = false; });
  }

  key(e) {
    if (!this.list.hidden && this.choose(e)) { e.preventDefault(); return; }
    if (e.key === 'Escape') { this.leaving = true; return; }
    if (e.key === ' ' && e.ctrlKey) { e.preventDefault(); this.offer(); return; }
    if (e.key === 'Tab' && !e.shiftKey && !this.leaving) { e.preventDefault(); this.put('  '); return; }
    if (e.key === 'Enter' && !e.ctrlKey && !e.metaKey) {
      e.preventDefault();
      const line = this.before().split('\n').at(-1);
      this.put(`\n${/^\s*/.exec(line)[0]}${/[{([]\s*$/.test(line) ? '  ' : ''}`);
    }
    if (e.key !== 'Tab' && e.key !== 'Shift') this.leaving = false;
  }

  choose(e) {
    const last = this.found.length - 1;
    if (e.key === 'ArrowDown') this.mark(Math.min(this.chosen + 1, last));
    else if (e.key === 'ArrowUp') this.mark(Math.max(this.chosen - 1, 0));
    else if (e.key === 'Enter' || e.key === 'Tab') this.take(this.found[this.chosen]);
    else if (e.key === 'Escape') this.list.hidden = true;
    else return false;
    return true;
  }

  before() { return this.area.value.slice(0, this.area.selectionStart); }

  put(text) {
    this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, 'end');
    this.area.dispatchEvent(new Event('input'));
  }

  offer() {
    const word = /\w*$/.exec(this.before())[0].toLowerCase();
    const type = this.schema && here(this.schema, this.before());
    this.found = (type?.fields ?? []).filter((f) => f.name.toLowerCase().startsWith(word)).slice(0, 50);
    this.list.hidden = this.found.length === 0;
    this.list.replaceChildren(...this.found.map((f) => {
      const item = document.createElement('li');
      item.setAttribute('role', 'option');
      const kind = document.createElement('small');
      kind.textContent = innerOf(f.type);
      item.append(f.name, kind);
      item.addEventListener('mousedown', (e) => { e.preventDefault(); this.take(f); });
      return item;
    }));
    this.mark(0);
  }

  mark(i) {
    this.chosen = i;
    [...this.list.children].forEach((item, n) => {
      item.setAttribute('aria-selected', String(n === i));
      if (n === i) item.scrollIntoView({ block: 'nearest' });
    });
  }

  take(field) {
    const word = /\w*$/.exec(this.before())[0];
    const end = this.area.selectionStart;
    this.area.setRangeText(field.name, end - word.length, end, 'end');
    this.list.hidden = true;
    this.area.dispatchEvent(new Event('input'));
  }
}

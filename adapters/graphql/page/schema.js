// Reads the schema and shows it in the sidebar.
import { ask } from './run.js';

const reference = (depth) => (depth ? `kind name ofType { ${reference(depth - 1)} }` : 'kind name');
const question = `query Schema { __schema {
  queryType { name } mutationType { name } subscriptionType { name }
  types { kind name description
    fields(includeDeprecated: true) { name description isDeprecated deprecationReason type { ${reference(5)} }
      args { name description defaultValue type { ${reference(5)} } } }
    inputFields { name description defaultValue type { ${reference(5)} } }
    enumValues(includeDeprecated: true) { name description isDeprecated } } } }`;

export async function load(headers) {
  const { answer } = await ask({ query: question }, headers);
  if (!answer.data?.__schema) throw new Error(answer.errors?.[0]?.message ?? 'the schema cannot be read');
  const schema = answer.data.__schema;
  const types = new Map(schema.types.map((t) => [t.name, t]));
  const roots = ['queryType', 'mutationType', 'subscriptionType'].map((k) => schema[k]?.name).filter(Boolean);
  return { types, roots };
}

// nameOf is a type as it is written: [Task!]!
export function nameOf(type) {
  if (type.kind === 'NON_NULL') return `${nameOf(type.ofType)}!`;
  if (type.kind === 'LIST') return `[${nameOf(type.ofType)}]`;
  return type.name;
}

export function innerOf(type) {
  return type.ofType ? innerOf(type.ofType) : type.name;
}

function element(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'onclick') e.addEventListener('click', value);
    else if (value !== undefined && value !== false) e.setAttribute(key, value);
  }
  e.append(...children.filter((c) => c !== undefined && c !== ''));
  return e;
}

// Sidebar shows one type at a time, or what a search finds.
export class Sidebar {
  constructor(schema, { doc, trail, search, insert }) {
    Object.assign(this, { schema, doc, trail, search, insert, path: [] });
    search.addEventListener('input', () => (search.value.trim() ? this.find(search.value.trim()) : this.show()));
    search.addEventListener('keydown', (e) => {
      if (e.key === 'Escape') { search.value = ''; this.show(); }
      if (e.key === 'Enter') this.doc.querySelector('button')?.click();
    });
    this.show();
  }

  link(type) {
    const name = innerOf(type);
    return element('button', { type: 'button', class: 'link', onclick: () => this.open(name) }, nameOf(type));
  }

  open(name) {
    this.search.value = '';
    this.path = this.path.includes(name) ? this.path.slice(0, this.path.indexOf(name) + 1) : [...this.path, name];
    this.show();
    this.doc.scrollTop = 0;
  }

  show() {
    const step = (label, onclick) => element('button', { type: 'button', class: 'link', onclick }, label);
    this.trail.replaceChildren(step('Schema', () => { this.path = []; this.show(); }),
      ...this.path.flatMap((name) => [' › ', step(name, () => this.open(name))]));
    const name = this.path.at(-1);
    if (!name) {
      this.doc.replaceChildren(...this.schema.roots.flatMap((root) => [
        element('h4', {}, root), ...this.fields(root, this.schema.types.get(root).fields),
      ]));
      return;
    }
    const type = this.schema.types.get(name);
    this.doc.replaceChildren(element('h3', {}, name), element('p', {}, type.description ?? ''),
      ...this.fields(name, type.fields ?? type.inputFields ?? []), ...this.values(type.enumValues ?? []));
  }

  fields(owner, list) {
    const root = this.schema.roots.includes(owner);
    return [element('dl', {}, ...list.flatMap((f) => {
      const label = root
        ? element('button', { type: 'button', class: `link name${f.isDeprecated ? ' old' : ''}`, title: 'Put into the editor', onclick: () => this.insert(owner, f) }, f.name)
        : element('span', { class: `name${f.isDeprecated ? ' old' : ''}` }, f.name);
      const args = (f.args ?? []).flatMap((a, i) => [i ? ', ' : '(', `${a.name}: `, this.link(a.type), a.defaultValue ? ` = ${a.defaultValue}` : '']);
      return [element('dt', {}, label, ...args, args.length ? ')' : '', ': ', this.link(f.type)),
        element('dd', {}, f.isDeprecated ? `Deprecated: ${f.deprecationReason}. ` : '', f.description ?? '')];
    }))];
  }

  values(list) {
    return [element('dl', {}, ...list.flatMap((v) => [element('dt', {}, v.name), element('dd', {}, v.description ?? '')]))];
  }

  find(text) {
    const wanted = text.toLowerCase();
    const found = [];
    for (const type of this.schema.types.values()) {
      if (type.name.startsWith('__')) continue;
      if (type.name.toLowerCase().includes(wanted)) found.push([type.name, type.name, type.description]);
      for (const f of type.fields ?? type.inputFields ?? []) {
        if (f.name.toLowerCase().includes(wanted)) found.push([type.name, `${type.name}.${f.name}`, f.description]);
      }
    }
    this.trail.replaceChildren(`${found.length} found`);
    this.doc.replaceChildren(element('dl', {}, ...found.slice(0, 200).flatMap(([name, label, description]) => [
      element('dt', {}, element('button', { type: 'button', class: 'link', onclick: () => this.open(name) }, label)),
      element('dd', {}, (description ?? '').slice(0, 160)),
    ])));
  }
}

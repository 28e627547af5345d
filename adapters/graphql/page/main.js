// The page: one operation, its variables and headers, and the answer.
import { ask, follow, kindOf } from './run.js';
import { load, Sidebar } from './schema.js';
import { Editor, skeleton, tidy } from './editor.js';

const $ = (id) => document.getElementById(id);
const kept = ['query', 'variables', 'headers'];
const start = `# Ratchet answers every tool here. Run with Ctrl+Enter.
query Tools {
  listAvailableTasks(limit: 10) {
    tasks { id name version enabled }
    pagination { totalCount }
  }
}
`;

let running;

function status(text, bad = false) {
  $('status').textContent = text;
  $('status').classList.toggle('bad', bad);
}

function json(id) {
  const text = $(id).value.trim();
  if (!text) return {};
  try {
    return JSON.parse(text);
  } catch (e) {
    throw new Error(`${id} are not JSON: ${e.message}`);
  }
}

// colour shows JSON with its parts marked.
function colour(value) {
  const out = document.createDocumentFragment();
  const text = JSON.stringify(value, null, 2) ?? '';
  let last = 0;
  for (const m of text.matchAll(/("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g)) {
    out.append(text.slice(last, m.index));
    const part = document.createElement('span');
    part.className = m[2] ? 'key' : m[1] ? 'text' : 'number';
    part.textContent = m[1] ?? m[0];
    out.append(part, m[2] ?? '');
    last = m.index + m[0].length;
  }
  out.append(text.slice(last));
  return out;
}

function idle() {
  running = undefined;
  $('run').textContent = 'Run';
}

async function run() {
  if (running) { running.abort(); return; }
  const mine = new AbortController();
  running = mine;
  $('run').textContent = 'Stop';
  const began = performance.now();
  const took = () => `${Math.round(performance.now() - began)} ms`;
  try {
    const operation = { query: $('query').value, variables: json('variables') };
    const headers = json('headers');
    status('Running…');
    if (kindOf(operation.query) === 'subscription') {
      $('answer').replaceChildren();
      let count = 0;
      await follow(operation, headers, mine.signal, (answer) => {
        const mark = document.createElement('span');
        mark.className = 'event';
        mark.textContent = `${++count} · ${new Date().toLocaleTimeString()}`;
        $('answer').append(mark, colour(answer));
        while ($('answer').childNodes.length > 4000) $('answer').firstChild.remove();
        $('answer').scrollTop = $('answer').scrollHeight;
        status(`${count} events, following…`);
      });
      status(`${count} events in ${took()}, ended`);
    } else {
      const { status: code, size, answer } = await ask(operation, headers, mine.signal);
      $('answer').replaceChildren(colour(answer));
      status(`${code} · ${took()} · ${size.toLocaleString()} bytes${answer.errors ? ` · ${answer.errors.length} errors` : ''}`, Boolean(answer.errors));
    }
  } catch (e) {
    status(e.name === 'AbortError' ? 'Stopped' : e.message, e.name !== 'AbortError');
  }
  idle();
}

function insert(schema, owner, field) {
  const made = skeleton(schema, owner, field);
  $('query').value = made.query;
  $('variables').value = made.variables;
  keep();
  $('query').focus();
}

function keep() {
  for (const id of kept) {
    if (id !== 'headers') localStorage.setItem(`graphql.${id}`, $(id).value); // headers hold keys: they are not written down
  }
}

for (const id of kept) $(id).value = (id !== 'headers' && localStorage.getItem(`graphql.${id}`)) || '';
if (!$('query').value.trim()) $('query').value = start;
for (const id of kept) $(id).addEventListener('input', keep);

const editor = new Editor($('query'), $('offers'));
$('run').addEventListener('click', run);
$('prettify').addEventListener('click', () => { $('query').value = tidy($('query').value); keep(); });
$('toggle-docs').addEventListener('click', () => {
  const hidden = document.querySelector('main').classList.toggle('no-docs');
  $('toggle-docs').setAttribute('aria-expanded', String(!hidden));
});
$('copy').addEventListener('click', async () => {
  await navigator.clipboard.writeText($('answer').textContent);
  status('Copied');
});
document.addEventListener('keydown', (e) => {
  if (!e.ctrlKey && !e.metaKey) return;
  if (e.key === 'Enter') { e.preventDefault(); run(); }
  if (e.key === 'k') {
    e.preventDefault();
    document.querySelector('main').classList.remove('no-docs');
    $('toggle-docs').setAttribute('aria-expanded', 'true');
    $('search').focus();
  }
  if (e.shiftKey && e.key.toLowerCase() === 'f') { e.preventDefault(); $('prettify').click(); }
});

async function open() {
  try {
    const schema = await load(json('headers'));
    editor.schema = schema;
    new Sidebar(schema, { doc: $('doc'), trail: $('trail'), search: $('search'), insert: (owner, field) => insert(schema, owner, field) });
    status('Ready');
  } catch (e) {
    $('doc').textContent = e.message;
    status('No schema', true);
  }
}
$('headers').addEventListener('change', open);
await open();
$('query').focus();

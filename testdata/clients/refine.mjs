// Drives REST with Refine's simple-rest data provider: create, read, change,
// delete, page, sort and filter tasks.
//   node refine.mjs http://127.0.0.1:3000
import assert from 'node:assert/strict';
import simpleRest, { axiosInstance as http } from '@refinedev/simple-rest';

const base = `${process.argv[2]}/api/v1`;

// The provider wants the entity itself as body; ours is {data, meta}.
http.interceptors.response.use((response) => {
  if (response.data && typeof response.data === 'object' && 'data' in response.data && 'meta' in response.data) {
    response.data = response.data.data;
  }
  return response;
});
const provider = simpleRest(base, http);

let passed = 0;
async function step(name, run) {
  try {
    await run();
    passed++;
  } catch (error) {
    console.error(`refine: ${name}:`, error.response?.data ?? error);
    process.exit(1);
  }
}
const resource = 'tasks';
const task = (i) => ({
  name: `refine_${i}`, description: `Task ${i} of Refine.`, version: `1.${i % 2}.0`,
  code: 'export default (i) => i', inputSchema: { type: 'object' }, outputSchema: {}, tags: i % 2 ? ['odd'] : ['even'],
});
const list = async (more) => {
  const filters = [{ field: 'name', operator: 'contains', value: 'REFINE_' }, ...(more.filters ?? [])];
  const page = await provider.getList({ resource, ...more, filters });
  return { names: page.data.map((t) => t.name.replace('refine_', '')).join(''), total: page.total, data: page.data };
};
const ids = [];

await step('create', async () => {
  for (let i = 0; i < 6; i++) {
    const { data } = await provider.create({ resource, variables: task(i) });
    assert.ok(data.taskId);
    ids.push(data.taskId);
  }
});
await step('getOne', async () => {
  const { data } = await provider.getOne({ resource, id: ids[0] });
  assert.equal(data.name, 'refine_0');
  assert.deepEqual(data.inputSchema, { type: 'object' });
});
await step('page', async () => {
  const first = await list({ pagination: { currentPage: 1, pageSize: 4 }, sorters: [{ field: 'name', order: 'asc' }] });
  assert.deepEqual([first.names, first.total], ['0123', 6]);
  const second = await list({ pagination: { currentPage: 2, pageSize: 4 }, sorters: [{ field: 'name', order: 'asc' }] });
  assert.deepEqual([second.names, second.total], ['45', 6]);
});
await step('sort by two fields', async () => {
  const page = await list({ sorters: [{ field: 'version', order: 'desc' }, { field: 'name', order: 'asc' }] });
  assert.equal(page.names, '135024');
});
await step('filter', async () => {
  const sorters = [{ field: 'name', order: 'asc' }];
  const by = async (field, operator, value) => (await list({ sorters, filters: [{ field, operator, value }] })).names;
  assert.equal(await by('version', 'eq', '1.1.0'), '135');
  assert.equal(await by('version', 'ne', '1.1.0'), '024');
  assert.equal(await by('name', 'gte', 'refine_3'), '345');
  assert.equal(await by('name', 'lte', 'refine_1'), '01');
  assert.equal(await by('tag', 'eq', 'odd'), '135');
});
await step('getMany', async () => {
  const rows = (await list({ sorters: [{ field: 'name', order: 'asc' }] })).data;
  const { data } = await provider.getMany({ resource, ids: [rows[1].id, rows[3].id] });
  assert.deepEqual(data.map((t) => t.name), ['refine_1', 'refine_3']);
});
await step('update', async () => {
  await provider.update({ resource, id: ids[1], variables: { description: 'Changed.' } });
  const { data } = await provider.getOne({ resource, id: ids[1] });
  assert.equal(data.description, 'Changed.');
  assert.deepEqual(data.tags, ['odd']);
});
await step('replace', async () => {
  const { name, version, tags, ...whole } = task(1);
  await provider.update({ resource, id: ids[1], variables: whole, meta: { method: 'put' } });
  const { data } = await provider.getOne({ resource, id: ids[1] });
  assert.deepEqual([data.name, data.description, data.tags], [name, 'Task 1 of Refine.', []]);
});
await step('custom', async () => {
  const { data } = await provider.custom({ url: `${base}/tasks/${ids[2]}/execute`, method: 'post', payload: { input: { n: 1 } } });
  assert.deepEqual([data.status, data.output], ['completed', { n: 1 }]);
});
await step('an error', async () => {
  const error = await provider.create({ resource, variables: { ...task(0), colour: 'red' } }).then(() => null, (e) => e);
  assert.equal(error.statusCode, 400);
  assert.match(error.message, /colour/);
});
await step('delete', async () => {
  for (const id of ids) await provider.deleteOne({ resource, id, variables: {} });
  assert.equal((await list({})).total, 0);
});
console.log(`refine: ${passed} passed, 0 failed`);

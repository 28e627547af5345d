// Tests another task. Each case is judged by its actual_output, or by what
// test_config.endpoint answers to {"task_id", "input"}; a case with neither is
// reported as skipped. generate_tests makes boundary cases from
// test_config.input_schema, in the form a task's test_cases take.

const TARGET_TASK = {{target_task}};
const TEST_TIMEOUT_SECONDS = {{test_timeout}};

async function main(input, context) {
  const config = input.test_config || {};
  const target = input.target_task_name || TARGET_TASK;
  const results = [];
  for (const [index, test] of (input.test_cases || []).entries()) {
    results.push(await judge(test, index, target, config));
    context.reportProgress({ progress: (index + 1) / input.test_cases.length, step: 'test' });
  }
  const count = (status) => results.filter((result) => result.status === status).length;
  const generated = input.generate_tests ? generate(config.input_schema) : [];
  return {
    target_task: target,
    total: results.length,
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    all_passed: results.length > 0 && count('passed') === results.length,
    results,
    generated_tests: generated,
  };
}

async function judge(test, index, target, config) {
  const name = test.name || `case ${index + 1}`;
  if (!('expected_output' in test)) return { name, status: 'skipped', reason: 'no expected_output' };
  let actual = test.actual_output;
  if (!('actual_output' in test)) {
    if (!config.endpoint) return { name, status: 'skipped', reason: 'neither actual_output nor test_config.endpoint' };
    try {
      actual = await call(target, test.input, config);
    } catch (error) {
      return { name, status: 'failed', reason: `${error.name}: ${error.message}`, diff: [] };
    }
  }
  const diff = differences(test.expected_output, actual, '', test.match === 'subset');
  return { name, status: diff.length === 0 ? 'passed' : 'failed', reason: diff.length === 0 ? null : `${diff.length} differences`, diff };
}

async function call(target, input, config) {
  const response = await fetch(config.endpoint, {
    method: 'post',
    headers: config.headers || {},
    body: { task_id: target, input },
    timeout: TEST_TIMEOUT_SECONDS * 1000,
  });
  ensureOk(response);
  const answer = await response.json();
  return answer !== null && typeof answer === 'object' && 'output' in answer ? answer.output : answer;
}

function differences(expected, actual, path, subset) {
  if (expected === actual) return [];
  const plain = (value) => value !== null && typeof value === 'object';
  if (!plain(expected) || !plain(actual) || Array.isArray(expected) !== Array.isArray(actual)) {
    return [{ path: path || '/', expected: expected ?? null, actual: actual ?? null }];
  }
  const keys = new Set(Object.keys(expected));
  if (!subset || Array.isArray(expected)) for (const key of Object.keys(actual)) keys.add(key);
  return [...keys].flatMap((key) => differences(expected[key], actual[key], `${path}/${key}`, subset));
}

// generate makes one good case, one without each required property, and for
// each property its edges and a value of the wrong type.
function generate(schema) {
  if (!schema || !schema.properties) throw new ValidationError('generate_tests needs test_config.input_schema with properties');
  const required = schema.required || [];
  const good = Object.fromEntries(Object.entries(schema.properties).map(([name, sub]) => [name, sample(sub)]));
  const cases = [{ name: 'all properties', input: good }];
  for (const name of required) {
    const { [name]: _, ...rest } = good;
    cases.push({ name: `without ${name}`, input: rest, should_fail: true });
  }
  for (const [name, sub] of Object.entries(schema.properties)) {
    for (const [label, value] of edges(sub)) cases.push({ name: `${name} ${label}`, input: { ...good, [name]: value } });
    const wrong = wrongType(sub);
    if (wrong !== undefined) cases.push({ name: `${name} of the wrong type`, input: { ...good, [name]: wrong }, should_fail: true });
  }
  return cases;
}

const samples = { string: 'text', integer: 1, number: 1.5, boolean: true, null: null };

function sample(schema) {
  if (schema.default !== undefined) return schema.default;
  if (schema.examples?.length) return schema.examples[0];
  if (schema.enum) return schema.enum[0];
  const type = [].concat(schema.type || 'string')[0];
  if (type === 'array') return Array.from({ length: Math.max(1, schema.minItems || 0) }, () => sample(schema.items || {}));
  if (type === 'object') return Object.fromEntries(Object.entries(schema.properties || {}).map(([name, sub]) => [name, sample(sub)]));
  if (type === 'string') return samples.string.repeat(Math.ceil(Math.max(schema.minLength || 1, 1) / 4)).slice(0, schema.maxLength);
  if (type === 'integer' || type === 'number') return Math.min(Math.max(samples[type], schema.minimum ?? samples[type]), schema.maximum ?? Infinity);
  return samples[type];
}

function edges(schema) {
  const found = [];
  if (schema.minimum !== undefined) found.push(['at its minimum', schema.minimum]);
  if (schema.maximum !== undefined) found.push(['at its maximum', schema.maximum]);
  if (schema.enum) found.push(...schema.enum.slice(1).map((value) => [`= ${JSON.stringify(value)}`, value]));
  if (schema.type === 'string' && !schema.enum && schema.maxLength) found.push(['at its longest', 'x'.repeat(schema.maxLength)]);
  return found;
}

function wrongType(schema) {
  const types = [].concat(schema.type || []);
  if (types.length === 0) return undefined;
  if (!types.includes('string')) return 'not a ' + types[0];
  return types.includes('array') ? undefined : ['a list'];
}

// node:assert.
(function (host, need) {
  'use strict';
  const util = need('node:util');
  class AssertionError extends Error {
    constructor({ message, actual, expected, operator }) {
      super(message);
      this.name = 'AssertionError';
      Object.assign(this, { generatedMessage: false, code: 'ERR_ASSERTION', actual, expected, operator });
    }
  }
  function check(good, message, standard, actual, expected, operator) {
    if (good) return;
    if (message instanceof Error) throw message;
    throw new AssertionError({ message: message ?? standard(), actual, expected, operator });
  }
  const show = (v) => util.inspect(v);
  const assert = (value, message) => check(value, message, () => 'The expression evaluated to a falsy value', value, true, '==');
  const is = (name, same, text) => (actual, expected, message) => check(same(actual, expected), message, () => `${text}\n\n${show(actual)} !== ${show(expected)}\n`, actual, expected, name);
  const isNot = (name, same, text) => (actual, expected, message) => check(!same(actual, expected), message, () => `${text}: ${show(actual)}`, actual, expected, name);
  function fits(error, expected) {
    if (expected === undefined) return true;
    if (expected instanceof RegExp) return expected.test(String(error));
    if (typeof expected === 'function') {
      if (expected.prototype !== undefined && error instanceof expected) return true;
      if (Error.isPrototypeOf(expected) || expected === Error) return false;
      return expected.call({}, error) === true;
    }
    return Object.keys(expected).every((k) => (expected[k] instanceof RegExp && typeof error[k] === 'string' ? expected[k].test(error[k]) : util.isDeepStrictEqual(error[k], expected[k])));
  }
  function caught(error, expected, message) {
    if (typeof expected === 'string') [expected, message] = [undefined, expected];
    if (fits(error, expected)) return;
    if (typeof expected === 'function' && (Error.isPrototypeOf(expected) || expected === Error)) throw error;
    check(false, message, () => `The error is expected to match ${show(expected)}. Received: ${show(error)}`, error, expected, 'throws');
  }
  const missing = (expected, message, what) => check(false, typeof expected === 'string' ? expected : message, () => `Missing expected ${what}.`, undefined, expected, 'throws');
  Object.assign(assert, {
    AssertionError, ok: assert,
    equal: is('==', (a, b) => a == b || (a !== a && b !== b), 'Expected values to be loosely equal:'),
    notEqual: isNot('!=', (a, b) => a == b || (a !== a && b !== b), 'Expected "actual" to be loosely unequal to'),
    strictEqual: is('strictEqual', Object.is, 'Expected values to be strictly equal:'),
    notStrictEqual: isNot('notStrictEqual', Object.is, 'Expected "actual" to be strictly unequal to'),
    deepEqual: is('deepEqual', util.isDeepStrictEqual, 'Expected values to be loosely deep-equal:'),
    deepStrictEqual: is('deepStrictEqual', util.isDeepStrictEqual, 'Expected values to be strictly deep-equal:'),
    notDeepEqual: isNot('notDeepEqual', util.isDeepStrictEqual, 'Expected "actual" not to be loosely deep-equal to'),
    notDeepStrictEqual: isNot('notDeepStrictEqual', util.isDeepStrictEqual, 'Expected "actual" not to be strictly deep-equal to'),
    match: (text, re, message) => check(re.test(text), message, () => `The input did not match the regular expression ${show(re)}. Input:\n\n${show(text)}\n`, text, re, 'match'),
    doesNotMatch: (text, re, message) => check(!re.test(text), message, () => `The input was expected to not match the regular expression ${show(re)}. Input:\n\n${show(text)}\n`, text, re, 'doesNotMatch'),
    fail: (message = 'Failed') => check(false, message, undefined, undefined, undefined, 'fail'),
    ifError(value) { if (value !== null && value !== undefined) throw value; },
    throws(fn, expected, message) {
      let thrown;
      try { fn(); } catch (error) { thrown = { error }; }
      if (thrown) caught(thrown.error, expected, message);
      else missing(expected, message, 'exception');
    },
    doesNotThrow(fn) { fn(); },
    async rejects(promise, expected, message) {
      let thrown;
      try { await (typeof promise === 'function' ? promise() : promise); } catch (error) { thrown = { error }; }
      if (thrown) caught(thrown.error, expected, message);
      else missing(expected, message, 'rejection');
    },
    async doesNotReject(promise) { await (typeof promise === 'function' ? promise() : promise); },
  });
  assert.strict = Object.assign((...args) => assert(...args), assert, { equal: assert.strictEqual, notEqual: assert.notStrictEqual, deepEqual: assert.deepStrictEqual, notDeepEqual: assert.notDeepStrictEqual });
  assert.strict.strict = assert.strict;
  return { 'node:assert': assert };
})

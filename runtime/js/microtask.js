// queueMicrotask on the queue of promises. The job is a function of the script
// itself: the engine would run what a function of Go queues at once.
(function (host, need) {
  'use strict';
  const resolved = Promise.resolve();
  const { then } = Promise.prototype;
  const { apply } = Reflect;
  function queueMicrotask(callback) {
    if (typeof callback !== 'function') throw new TypeError('queueMicrotask: the argument must be a function');
    apply(then, resolved, [() => { callback(); }]);
  }
  return { queueMicrotask };
})

// The well-known symbols that lowered syntax refers to.
(function () {
  'use strict';
  for (const name of ['asyncIterator', 'dispose', 'asyncDispose']) {
    if (!Object.hasOwn(Symbol, name)) Object.defineProperty(Symbol, name, { value: Symbol('Symbol.' + name) });
  }
})

// want: timeout
// a species whose constructor spins
class Odd extends Array { static get [Symbol.species]() { return function () { for (;;) {} }; } }
export default () => new Odd(1, 2).filter(() => true);

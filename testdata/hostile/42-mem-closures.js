// want: limit memory
// closures that keep everything alive
export default () => { let f = () => 0; for (;;) { const g = f; const big = new Array(100).fill(0); f = () => g() + big.length; } };

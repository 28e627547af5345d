// want: completed
// built-ins that give the wrong answers
for (const [o, k] of [[RegExp.prototype, 'test'], [String.prototype, 'toLowerCase'], [Array.prototype, 'push'], [Function.prototype, 'call'], [Promise, 'resolve']]) o[k] = () => 'planted';
export default () => 'planted';

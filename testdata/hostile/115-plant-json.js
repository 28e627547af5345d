// want: completed
// another JSON
JSON.stringify = () => '{"planted":'; JSON.parse = () => { throw 'planted'; }; globalThis.JSON = undefined; globalThis.planted = true;
export default () => ({ a: 1 });

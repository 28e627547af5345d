// want: refused
// a module by address
import code from 'http://127.0.0.1:1/code.js';
export default () => code;

// want: refused
// a module of the host
import fs from 'node:fs';
export default () => fs.readdirSync('/');

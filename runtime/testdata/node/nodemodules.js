import { createHash, createHmac } from 'node:crypto';
import path from 'path';
import { EventEmitter } from 'events';
import assert from 'node:assert/strict';
import util, { promisify, format, inspect } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import qs from 'querystring';
export default async () => { const e = new EventEmitter(); const got = []; e.on('a', (x) => got.push(x)); e.once('a', (x) => got.push(x * 2)); e.emit('a', 1); e.emit('a', 2); let err; try { assert.equal(1, 2); } catch (x) { err = [x.name, x.code]; } await sleep(1); return [createHash('sha256').update('x').digest('hex'), createHash('md5').update('a').update('b').digest('base64'), createHmac('sha1', 'k').update('d').digest('hex'), path.join('a', '../b', 'c.txt'), path.extname('x.tar.gz'), path.basename('/a/b.js', '.js'), path.resolve('/a', 'b', '../c'), path.relative('/a/b', '/a/c/d'), path.parse('/home/u/f.txt'), path.dirname('/a/b/c'), got, err, format('%s=%d', 'a', 1), qs.stringify({ a: [1, 2], b: 'x y' }), qs.parse('a=1&a=2&b=x+y'), util.isDeepStrictEqual({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }), path.normalize('/a//b/./c/..'), path.format({ dir: '/x', base: 'y.z' }), path.extname('.bashrc'), path.isAbsolute('/x')]; }

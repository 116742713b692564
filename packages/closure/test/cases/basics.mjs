// Functions and values to send. Each `make` returns what is sent; it is called there and here with the same arguments.
import * as nodePath from 'node:path'
import fs, { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { EventEmitter } from 'node:events'
import net from 'node:net'
import { Readable } from 'node:stream'
import Foo, { greet, makeAdder } from '../modules/lib.mjs'
import * as lib from '../modules/lib.mjs'
import * as barrel from '../modules/barrel.mjs'
import cjs from '../modules/cjs.cjs'
import single from '../modules/single.cjs'
const require = createRequire(import.meta.url)
const cjsReq = require('../modules/cjs.cjs')
const K = 10, obj = { a: [1, 2, { z: 3 }] }
let mutable = 1
const fact = n => n < 2 ? 1 : n * fact(n - 1)
function isEven(n) { return n === 0 ? true : isOdd(n - 1); }
function isOdd(n) { return n === 0 ? false : isEven(n - 1); }
class Point { constructor(x, y) { this.x = x; this.y = y; } get len() { return Math.hypot(this.x, this.y); } static origin = new Point(0, 0); static of(x, y) { return new Point(x, y); } add(p) { return new Point(this.x + p.x, this.y + p.y); } }
class Point3 extends Point { constructor(x, y, z) { super(x, y); this.z = z; } get len() { return Math.hypot(super.len, this.z); } }
class PrivOnly { #v = 3; get() { return this.#v; } }
class MyMap extends Map { sum() { let s = 0; for (const v of this.values()) s += v; return s; } }
class MyErr extends Error { constructor(m, code) { super(m); this.code = code; } }
class MyEmitter extends EventEmitter { }
function OldStyle(v) { this.v = v; } OldStyle.prototype.dbl = function () { return this.v * 2; }
class Counter { static count = 0 }
class Temperature { #k; constructor(k) { this.#k = k } kelvin() { return this.#k } [Symbol.for('manyhands.replace')]() { return this.#k } static [Symbol.for('manyhands.revive')](k) { return new Temperature(k) } }
const shared = { n: 1 }; const s1 = { shared, f() { return 1; } }, s2 = { shared }
const memo = Object.assign(x => memo.table[x] ?? 'none', { table: { a: 'A' } })
const withGetter = { base: 2, get twice() { return this.base * 2; }, set it(v) { this.base = v; } }
const tagged = (s, ...v) => s.raw.join('|') + v.join('|')
/** Works: on the other side it gives what it gives here, or `expect`. */
const C = (name, make, args = [], o = {}) => ({ name, make, args, ...o })
/** Refused, by a message that matches. */
const R = (name, make, refuse) => ({ name, make, args: [], refuse })
export const cases = [
  C('arrow, no captures', () => x => x * 2, [4]),
  C('captured const number (module scope)', () => x => x + K, [1]),
  C('captured nested block/closure variables', () => { const a = 1; { let b = 2; for (let i = 0; i < 1; i++) { const c = 3; return x => a + b + c + i + x; } } }, [1]),
  C('shadowed names in blocks', () => { const v = 'outer'; { const v = 'inner'; return () => v + (() => { const v = 'in2'; return v; })(); } }),
  C('captured object graph', () => () => obj.a[2].z + obj.a.length),
  C('loop closures keep own i', () => { const fs = []; for (let i = 0; i < 3; i++) fs.push(() => i); return () => fs.map(f => f()).join(); }),
  C('let captured: snapshot', () => { mutable = 7; return () => mutable; }),
  C('assignment to captured let stays local', () => { let n = 5; return () => ++n; }, [], { expect: 6 }),
  C('recursion through const arrow', () => n => fact(n), [6]),
  C('self recursion by function name', () => function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }, [10]),
  C('mutual recursion', () => n => isEven(n), [11]),
  C('nested local functions', () => { const h1 = x => x + 1; const h2 = x => h1(h1(x)); return x => h2(x) * 2; }, [1]),
  C('import named (ESM)', () => () => greet()),
  C('import default class + new', () => () => new Foo(4).get()),
  C('import namespace member', () => () => lib.greet() + lib.config.deep.a),
  C('import via barrel', () => () => barrel.greet() + new barrel.Foo(2).get()),
  C('function itself is an export', () => greet),
  C('closure made in another module', () => makeAdder(5), [1]),
  C('builtin namespace node:path', () => () => nodePath.join('a', 'b') + nodePath.sep),
  C('builtin default + named import fs', () => () => typeof fs.readFileSync + existsSync('/')),
  C('builtin function itself', () => nodePath.basename, ['/a/b']),
  C('native global function', () => Math.max, [1, 5, 2]),
  C('globals: JSON, structuredClone, URL', () => () => JSON.stringify(structuredClone({ u: new URL('http://x/y').pathname }))),
  C('CJS default import', () => () => cjs.pub('/x/y')),
  C('CJS module.exports = fn', () => () => single(1)),
  C('CJS non-exported closure (uses exports, __filename, require)', () => cjsReq.mkHidden(), ['/r/t']),
  C('`module` of a CommonJS file', () => cjsReq.mkModule()),
  R('`module` as a whole', () => cjsReq.mkWhole(), /`module` of a CommonJS file.*module\.exports/),
  C('user require captured, used in worker', () => () => require('../modules/cjs2.cjs').up('a'), [], { tsxMay: true }),
  C('class declaration + instance', () => { const p = new Point(3, 4); return () => [p.len, p instanceof Point, p.add(Point.of(1, 1)).x]; }),
  C('subclass instance with super', () => { const p = new Point3(3, 4, 12); return () => [p.len, p instanceof Point, Object.getPrototypeOf(Point3) === Point]; }),
  C('imported class instance (default export)', () => { const f = new Foo(21); return () => [f.get(), f instanceof Foo]; }),
  C('the class value itself', () => () => new (class X extends Point { })(1, 2).len),
  C('class with private field, constructed in worker', () => () => new PrivOnly().get()),
  C('subclass of Map', () => { const m = new MyMap([['a', 1], ['b', 2]]); return () => [m.sum(), m instanceof MyMap]; }),
  C('subclass of Error', () => { const e = new MyErr('bad', 'E1'); return () => [e.message, e.code, e instanceof MyErr, e instanceof Error, e.stack.includes('MyErr') || e.stack.includes('bad')]; }),
  C('function constructor + prototype', () => { const o = new OldStyle(4); return () => [o.dbl(), new OldStyle(5).dbl(), o instanceof OldStyle]; }),
  C('object method shorthand (uses this of call)', () => { const o = { k: 3, m() { return this.k; } }; return () => o.m(); }),
  C('generator function', () => { const g = function* (n) { for (let i = 0; i < n; i++) yield i * K; }; return () => [...g(3)]; }),
  C('async + async generator', () => async () => { const ag = async function* () { yield 1; yield K; }; const r = []; for await (const v of ag()) r.push(v); return r; }),
  C('accessors on object', () => () => { withGetter.it = 5; return withGetter.twice; }, [], { expect: 10 }),
  C('Map/Set/Date/RegExp/BigInt/Error', () => { const m = new Map([[{ k: 1 }, new Set([1])]]), d = new Date(5), r = /a(b)/gi, b = 10n, e = new RangeError('x'); return () => [[...m][0][0].k, [...m][0][1].has(1), d.getTime(), r.exec('AB')[1], b * 2n, e.name, e instanceof RangeError]; }),
  C('typed arrays, Buffer, DataView', () => { const f = Float64Array.of(1.5, 2), b = Buffer.from('hi'), dv = new DataView(new ArrayBuffer(4)); dv.setInt8(0, 7); return () => [f[0], b.toString(), Buffer.isBuffer(b), dv.getInt8(0)]; }),
  C('shared references keep identity', () => () => [s1.shared === s2.shared, s1.f()]),
  C('function own properties', () => () => memo('a')),
  C('default params and template', () => { const d = 4; return (a = d, b = () => a + K) => `${a}-${b()}`; }),
  C('tagged template', () => () => tagged`a${K}b`),
  C('destructuring, rest, optional chaining', () => ({ a, ...r } = { a: 1, q: { z: 2 } }) => [a, r?.q?.z, r.nope?.x ?? K]),
  C('typeof undeclared', () => () => typeof notDeclaredAnywhere),
  C('fn.name and length kept', () => { const named = (a, b) => 1; return () => [named.name, named.length]; }),
  C('URL object', () => { const u = new URL('http://h/p?q=1'); return () => u.searchParams.get('q'); }),
  C('user global (globalThis.x)', () => { globalThis.myGlobal = { v: 5 }; return () => myGlobal.v; }),
  C('new.target / constructor call', () => { function F() { return new.target ? 'new' : 'call'; } return () => [F(), typeof new F()]; }),
  C('sloppy/strict this', () => function () { return this === undefined; }),
  C('new Function', () => new Function('a', 'b', 'return a + b + typeof process'), [1, 2]),
  C('method with a computed key from a variable', () => { const key = 'dyn' + K; const o = { [key]() { return 5; } }; return () => o[key]() + o[key].name; }),
  C('two functions share a read-only let', () => { let n = 3; const a = () => n, b = () => n + 1; return () => [a(), b()]; }),
  C('shared state in an object', () => { const st = { n: 0 }; const inc = () => ++st.n, get = () => st.n; return () => { inc(); inc(); return get(); }; }, [], { expect: 2 }),
  R('file handle/ FileHandle-like (fs.WriteStream)', () => { const w = fs.createWriteStream('/dev/null'); return () => w; }, /WriteStream/),
  R('arrow using outer arguments', () => (function () { return () => arguments[0]; })(1), /arguments/),
  R('captured socket', () => { const s = new net.Socket(); const o = { deep: { socket: s } }; return () => o.deep.socket; }, /`o`.*deep.*socket.*Socket/),
  R('captured server', () => { const srv = net.createServer(); return () => srv; }, /srv.*Server/),
  R('captured stream', () => { const r = Readable.from([1]); return () => r; }, /Readable/),
  R('captured EventEmitter subclass', () => { const e = new MyEmitter(); return () => e.emit('x'); }, /MyEmitter.*EventEmitter/),
  R('captured Promise', () => { const p = Promise.resolve(1); return () => p; }, /Promise.*await/),
  R('captured WeakMap with other keys', () => { const w = new WeakMap([[cases, 1]]); return () => w; }, /`w\d*`.*WeakMap, and none of its keys.*send a Map/),
  R('captured Timeout', () => { const t = setTimeout(() => { }, 1); return () => t; }, /Timeout/),
  R('captured AbortController', () => { const a = new AbortController(); return () => a; }, /AbortController/),
  R('direct eval', () => { const hidden = 1; return () => eval('hidden'); }, /eval/),
  R('method of class using private name', () => new PrivOnly().get, /private/),
  C('arrow using outer this', () => (function () { return () => this }).call({ a: 1 }), []),
  R('captured Proxy', () => { const p = new Proxy({}, {}); return () => p }, /`p`.*Proxy/),
  R('running generator', () => { const g = (function* () { yield 1 })(); return () => g }, /`g`.*generator/),
  C('private instance', () => { const p = new PrivOnly(); return () => p.get() }),
  R('method using super', () => { const o = { __proto__: { m() { return 1 } }, m() { return super.m() } }; return o.m }, /super/),
  C('assigned by one function, used by another', () => { let n = 1; const inc = () => ++n, get = () => n; return () => { inc(); return get() } }, [], { expect: 2 }),
  R('assigned by one function, used by another, and nothing shows that they share it', () => { let n = 1; return [() => ++n, () => n] }, /`n` is assigned by \S+:\d+ and also used by \S+:\d+,/),
  C('hooks for private state', () => { const t = new Temperature(300); return () => [t.kelvin(), t instanceof Temperature] }),
  C('bound function', () => function (a, b) { return [this.k, a, b] }.bind({ k: 1 }, 2), [3]),
  C('bound method of Math', () => Math.max.bind(null, 5), [3]),
  C('function that inherits from another prototype', () => { function Chain() { const call = () => 3; return Object.setPrototypeOf(call, Chain.prototype) } Chain.prototype.twice = function () { return this() * 2 }; Object.defineProperty(Chain.prototype, 'more', { get() { return this.twice() + 1 } }); Object.setPrototypeOf(Chain.prototype, Function.prototype); const made = Chain(); return () => [made(), made.twice(), made.more, made instanceof Chain, typeof made.call] }),
  C('function of a subclass of Function', () => { class Callable extends Function { constructor() { super('return 7') } more() { return this() + 1 } } const made = new Callable(); return () => [made(), made.more(), made instanceof Callable] }),
  C('function without a prototype', () => { const bare = Object.setPrototypeOf(() => 4, null); return () => [bare(), Object.getPrototypeOf(bare) === null] }),
  C('symbols', () => { const l = Symbol('l'), o = { [l]: 1, [Symbol.iterator]: function* () { yield 7 } }; return () => [o[l], ...o, Symbol.for('x') === Symbol.for('x')] }),
  C('cycle of function and object', () => { const o = { f: () => o.v, v: 5 }; return () => o.f() }),
  C('null prototype, frozen, -0, NaN', () => { const o = Object.freeze(Object.assign(Object.create(null), { a: -0, b: NaN })); return () => [Object.is(o.a, -0), Number.isNaN(o.b), Object.isFrozen(o), Object.getPrototypeOf(o)] }),
  C('sparse array', () => { const a = [1, , 3]; return () => [a.length, 1 in a, a[2]] }),
  C('keys named constructor and __proto__', () => { const o = JSON.parse('{"constructor":1,"__proto__":2}'); return () => [Object.keys(o).join(), o.constructor] }),
  C('static values are not initialised again', () => { Counter.count = 7; return () => Counter.count }),
  C('patched prototype', () => { class A { m() { return 1 } } A.prototype.extra = function () { return this.m() + 1 }; const a = new A(); return () => a.extra() }),
  C('import.meta and import()', () => async () => [typeof import.meta.url, (await import('node:os')).EOL]),
  C('error cause chain and AggregateError', () => { const e = new AggregateError([new TypeError('a')], 'all', { cause: new RangeError('c') }); return () => [e.errors[0] instanceof TypeError, e.cause instanceof RangeError, e.message] }),
  C('generator method and async method', () => { const o = { *g() { yield 1 }, async a() { return 2 } }; return async () => [...o.g(), await o.a()] }),
  C('getter of a class through an instance', () => { const p = new Point3(3, 4, 12); return () => p.len }),
  C('label, switch, loops with shadowing', () => { const k = 1; return x => { let s = 0; outer: for (let k = 0; k < 3; k++) { switch (k) { case 1: continue outer; default: s += k } } for (const k of [x]) s += k; return s + k } }, [5]),
  C('object spread and computed keys', () => { const key = 'a', rest = { b: 2 }; return () => ({ [key]: 1, ...rest }) }),
  C('class with static block and private static', () => () => { class S { static #p = 1; static v; static { S.v = S.#p + 1 } } return S.v }),
  C('nested arrow keeps this of its function', () => { const o = { k: 2, f() { return [1, 2].map(x => x * this.k) } }; return () => o.f() }),
  C('bigint captured and used', () => { const b = 2n ** 70n; return () => b + 1n }),
  C('Date and RegExp with state', () => { const d = new Date(86400000), r = /a/g; r.lastIndex = 3; return () => [d.toISOString(), r.lastIndex, r.flags] }),
  C('partial view travels as its own bytes', () => { const v = new Uint8Array(1000).subarray(10, 20); v[0] = 9; return () => [v[0], v.length, v.buffer.byteLength] }, [], { expect: [9, 10, 10] }),
  C('two views of one buffer stay together', () => { const b = new ArrayBuffer(16), a = new Uint8Array(b, 0, 8), c = new Uint8Array(b, 0, 16); return () => { a[0] = 5; return [c[0], a.buffer === c.buffer] } }, [], { expect: [5, true] }),
  C('deeply nested data', () => { let o = { v: 1 }; for (let i = 0; i < 1e5; i++) o = { o }; return () => { let n = 0; for (let x = o; x.o; x = x.o) n++; return n } }),
  C('globals of Node as values', () => { const p = performance, c = crypto, t = setTimeout, H = Headers; return () => [typeof p.now(), typeof c.randomUUID(), t === setTimeout, new H([['a', 'b']]).get('a')] }),
]

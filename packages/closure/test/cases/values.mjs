// Values of every kind, with what identifies them.
import { AssertionError } from 'node:assert'
import { exec } from 'node:child_process'
import { createSecretKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { refused, works } from './case.ts'

const caught = f => { try { return f() } catch (error) { return error } }
const self = new Map()
self.set('self', self)
const ring = { name: 'ring' }
ring.ring = [ring, new Set([ring])]
const view = (T, ...v) => T.from(v)

export const cases = [
  works('special numbers', () => { const n = [-0, NaN, Infinity, -Infinity, Number.MAX_SAFE_INTEGER]; return () => [Object.is(n[0], -0), ...n.slice(1)] }),
  works('captured -0, NaN and undefined', () => { const z = -0, n = NaN, u = undefined; return () => [Object.is(z, -0), Number.isNaN(n), u] }),
  works('strings with surrogates, nulls and much text', () => { const s = ['\ud83d\ude00', '\0', '\ud800', 'x'.repeat(1e5)]; return () => [s[0].codePointAt(0), s[1].length, s[2].charCodeAt(0), s[3].length] }),
  works('bigints', () => { const b = [0n, -1n, 2n ** 100n]; return () => b }),
  works('registered, well-known and local symbols', () => { const l = Symbol('l'); const o = { l, r: Symbol.for('r'), w: Symbol.iterator }; return () => [o.l.description, o.r === Symbol.for('r'), o.w === Symbol.iterator, o.l === l] }),
  works('map that holds itself', () => () => self.get('self') === self),
  works('object, array and set in a ring', () => () => [ring.ring[0] === ring, ring.ring[1].has(ring)]),
  works('map with functions and objects as keys', () => { const k = {}, f = () => 1; const m = new Map([[k, 'k'], [f, 'f'], [m2(), 2]]); function m2() { return NaN } return () => [m.get(k), m.get(f), m.get(NaN)] }),
  works('set of functions', () => { const s = new Set([() => 1, () => 2]); return () => [...s].map(f => f()) }),
  works('map and set with properties', () => { const m = Object.assign(new Map([[1, 2]]), { p: 1 }), s = Object.assign(new Set([1]), { q: () => 2 }); return () => [m.p, m.get(1), s.q(), s.has(1)] }),
  works('invalid date', () => { const d = new Date(NaN); return () => Number.isNaN(d.getTime()) }),
  works('regular expressions with all flags', () => { const r = [/a/dgimsuy, /[\p{L}--a]/v, /(?<y>\d{4})/]; return () => [r[0].flags, r[1].flags, r[2].exec('2024').groups.y] }),
  works('boxed primitives', () => { const b = [Object(1), Object('s'), Object(1n), Object(true), Object(Symbol.for('x'))]; return () => b.map(v => [typeof v, String(v.valueOf())]) }),
  works('arrays with holes, properties and a long tail', () => { const a = [1, , 3]; a.extra = 'e'; a[10] = 'ten'; return () => [a.length, 1 in a, a.extra, a[10], Object.keys(a)] }),
  works('array of 200 with a property that is a function', () => { const a = Array.from({ length: 200 }, (_, i) => i); a.f = () => a.length; return () => a.f() }),
  works('array of 200 with an instance as a property', () => { class P {} const a = Object.assign(Array.from({ length: 200 }, () => 0), { p: new P() }); return () => [a.p instanceof P, a.length] }),
  works('array with an accessor as an item', () => { const a = [1, 2]; Object.defineProperty(a, 0, { get: () => 'got', enumerable: true, configurable: true }); return () => [a[0], a[1], a.length] }),
  works('frozen, sealed and closed objects', () => { const o = { f: Object.freeze({ a: [] }), s: Object.seal({ b: () => 1 }), c: Object.preventExtensions({ c: () => 1 }) }; return () => [Object.isSealed(o.s), Object.isExtensible(o.c), Object.isFrozen(o.s)] }),
  works('frozen array', () => { const a = Object.freeze([1, () => 2]); return () => [Object.isFrozen(a), a[1]()] }),
  works('order of keys', () => { const o = { z: 1, 2: 1, a: () => 1, 1: 1, [Symbol.for('s')]: 1, b: 1 }; return () => Reflect.ownKeys(o).map(String) }),
  works('hidden properties and accessors', () => { const o = Object.defineProperties({}, { h: { value: 1 }, a: { get() { return this.h }, enumerable: true }, w: { value: 2, writable: true } }); return () => [o.h, o.a, Object.keys(o), Object.getOwnPropertyDescriptor(o, 'w').writable] }),
  works('an accessor that throws is not run', () => { const o = { get bad() { throw new Error('run') }, ok: 1 }; return () => o.ok }),
  works('null prototypes, nested', () => { const o = Object.assign(Object.create(null), { in: Object.create(null), f: () => 1 }); return () => [Object.getPrototypeOf(o), Object.getPrototypeOf(o.in), o.f()] }),
  works('keys that are traps', () => { const o = JSON.parse('{"__proto__":{"a":1},"constructor":2,"hasOwnProperty":3,"toString":4,"then":5}'); o.f = () => 1; return () => [Object.keys(o), o.then] }),
  works('every typed array', () => { const l = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array].map(T => view(T, 1, 2)); l.push(view(BigInt64Array, 1n), view(BigUint64Array, 2n)); return () => l.map(v => [v.constructor.name, String(v)]) }),
  works('typed arrays beside functions', () => { const o = { a: Float64Array.of(1, 2), b: Uint8Array.of(1, 2, 3).subarray(1), d: new DataView(new ArrayBuffer(8), 2, 4), f: () => 1 }; return () => [o.a[1], o.b[0], o.b.buffer.byteLength, o.d.byteLength] }, [], { expect: [2, 2, 2, 4] }),
  works('two parts of one buffer', () => { const b = new ArrayBuffer(8), o = { p: new Uint8Array(b, 0, 4), q: new Uint8Array(b, 2, 4), f: () => 1 }; return () => { o.p[2] = 9; return [o.q[0], o.p.buffer === o.q.buffer] } }),
  works('a buffer and a part of it', () => { const b = new ArrayBuffer(8), o = { b, p: new Uint16Array(b, 2, 2) }; return () => { o.p[0] = 7; return new Uint16Array(o.b)[1] } }, [], { expect: 7 }),
  works('Buffers of the pool', () => { const b = [Buffer.from('ab'), Buffer.from('cd')]; return () => [b.map(String), b.map(Buffer.isBuffer), b[0].buffer.byteLength < 100] }, [], { expect: [['ab', 'cd'], [true, true], true] }),
  works('an empty view, an empty buffer', () => { const o = { v: new Uint8Array(0), b: Buffer.alloc(0), a: new ArrayBuffer(0) }; return () => [o.v.length, o.b.length, o.a.byteLength] }),
  works('a resizable buffer', () => { const b = new ArrayBuffer(4, { maxByteLength: 8 }); return () => [b.byteLength, b.resizable, b.maxByteLength] }),
  works('URL and its parameters', () => { const u = new URL('http://h/p?q=1#x'), p = new URLSearchParams('a=1&a=2'); return () => [u.hash, u instanceof URL, p.getAll('a'), p instanceof URLSearchParams] }),
  works('errors of every class', () => { const e = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError].map(E => new E('m')); return () => e.map(v => [v.constructor.name, v.name, v.message]) }),
  works('an error that causes itself', () => { const e = new Error('loop'); e.cause = e; return () => e.cause === e }),
  works('an error without message and with odd properties', () => { const e = Object.assign(new Error(), { [Symbol.for('k')]: 1, toJSON: () => 'json' }); return () => [Object.hasOwn(e, 'message'), e[Symbol.for('k')], JSON.stringify(e)] }),
  works('DOMException', () => { const e = new DOMException('stop', 'AbortError'); return () => [e.name, e.message, e.code, e instanceof DOMException, e instanceof Error] }),
  works('error of the file system', () => { const e = caught(() => readFileSync('/no/such/file')); return () => [e.code, e.syscall, e.path, e instanceof Error, e.message] }),
  works('error of a wrong argument to Node', () => { const e = caught(() => readFileSync({})); return () => [e.code, e.name, e instanceof TypeError, `${e}`.startsWith('TypeError')] }),
  works('AssertionError', () => { const e = new AssertionError({ actual: 1, expected: 2, operator: 'strictEqual' }); return () => [e.code, e.actual, e.name, e.message] }),
  works('reason of an aborted signal', () => { const c = new AbortController(); c.abort(); const e = c.signal.reason; return () => [e.name, e.code] }),
  works('AbortError of Node', () => { const e = caught(() => { throw Object.assign(new Error('a'), { name: 'AbortError', code: 'ABORT_ERR' }) }); return () => [e.name, e.code] }),
  works('globals as values', () => { const l = [Math, JSON, Reflect, globalThis, console, process, Symbol, Intl]; return () => [l[0] === Math, l[1] === JSON, l[2] === Reflect, l[3] === globalThis, l[4] === console, l[5] === process, l[6] === Symbol, l[7] === Intl] }),
  works('methods of prototypes as values', () => { const { slice } = Array.prototype, has = Object.prototype.hasOwnProperty, { get } = Object.getOwnPropertyDescriptor(Map.prototype, 'size'); return () => [slice.call('abc', 1), has.call({ a: 1 }, 'a'), get.call(new Map([[1, 1]]))] }),
  works('methods of console, process and Promise', () => { const { log } = console, { cwd, hrtime } = process, all = Promise.all; return async () => [log === console.log, typeof cwd(), typeof hrtime(), await all.call(Promise, [1])] }),
  works('iterator prototypes and generator functions', () => { const G = Object.getPrototypeOf(function* () {}); return () => G === Object.getPrototypeOf(function* () {}) }),
  works('a deep array of 1e5 levels beside a function', () => { let a = [() => 1]; for (let i = 0; i < 1e5; i++) a = [a]; return () => { let n = 0; for (let p = a; Array.isArray(p); p = p[0]) n++; return n } }),
  works('a cycle of 1e5 objects', () => { const first = {}; let o = first; for (let i = 0; i < 1e5; i++) o = { o }; first.o = o; return () => { let n = 0, p = first; do { p = p.o; n++ } while (p !== first); return n } }),
  works('one object in 1e5 places', () => { const s = { s: 1 }, a = Array.from({ length: 1e5 }, () => s); return () => [a.length, new Set(a).size] }),
  works('functions, objects and arrays share', () => { const s = [1], f = () => s, g = () => s, o = { s, f, g }; return () => [o.f() === o.s, o.g() === o.s] }),
  works('process, its environment, streams and clock', () => { const { env, stdout, stderr, hrtime, memoryUsage } = process; const now = hrtime.bigint; return () => [env === process.env, stdout === process.stdout, stderr === process.stderr, typeof now(), memoryUsage.rss() > 0] }),
  works('text encoder and decoder', () => { const e = new TextEncoder(), d = new TextDecoder('utf-16le', { fatal: true }); return () => [e.encode('é').length, d.decode(new Uint8Array([97, 0])), d.fatal] }),
  works('Intl objects', () => { const n = new Intl.NumberFormat('de', { maximumSignificantDigits: 3, style: 'currency', currency: 'EUR' }), d = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', dateStyle: 'short' }), c = new Intl.Collator('de', { numeric: true }), s = new Intl.Segmenter('en', { granularity: 'word' }), p = new Intl.PluralRules('en', { type: 'ordinal' }), r = new Intl.RelativeTimeFormat('en', { numeric: 'auto' }), l = new Intl.ListFormat('en', { type: 'disjunction' }), y = new Intl.DisplayNames('en', { type: 'region' }), o = new Intl.Locale('de-AT-u-co-phonebk'); return () => [n.format(1234.5), d.format(0), c.compare('a10', 'a9'), [...s.segment('a b')].length, p.select(2), r.format(-1, 'day'), l.format(['a', 'b']), y.of('AT'), o.collation] }),
  works('Temporal objects', () => { const T = globalThis.Temporal; if (T === undefined) return () => 'none'; const d = T.Duration.from({ milliseconds: 1500 }), i = T.Instant.from('2020-01-01T10:00Z'), f = new Intl.DateTimeFormat('en', { timeZone: 'UTC' }); return () => [d.milliseconds, i.toString(), f.format(i), f.format(0)] }),
  works('keys', () => { const k = createSecretKey(Buffer.from('k')), { publicKey: u, privateKey: v } = generateKeyPairSync('ec', { namedCurve: 'P-256' }), s = sign('sha256', Buffer.from('m'), v); return () => [k.export().toString(), verify('sha256', Buffer.from('m'), u, s), verify('sha256', Buffer.from('m'), u, sign('sha256', Buffer.from('m'), v))] }),
  works('headers', () => { const h = new Headers({ a: 'b' }); return () => [...h] }),
  works('%TypedArray%, prototypes of iterators and generators', () => { const T = Object.getPrototypeOf(Uint8Array), a = Object.getPrototypeOf([].values()), g = Object.getPrototypeOf(function* () {}).prototype, m = Object.getPrototypeOf(new Map().keys()); return () => [T === Object.getPrototypeOf(Int8Array), a === Object.getPrototypeOf([].values()), m === Object.getPrototypeOf(new Map().keys()), typeof g.next, T.prototype.at.call(new Uint8Array([7]), 0)] }),
  works('promisified functions', () => { const e = promisify(exec), s = promisify(setTimeout); return async () => [(await e('echo hi')).stdout.trim(), await s(1, 'slept')] }),
  works('frozen, sealed and closed data', () => { const f = Object.freeze({ a: 1, l: Object.freeze([1]) }), s = Object.seal({ a: 1 }), n = Object.preventExtensions([1]), o = { open: { f, s, n } }; return () => [f, f.l, s, n, o].map(v => [Object.isFrozen(v), Object.isSealed(v), Object.isExtensible(v)]) }),
  refused('WeakSet', () => { const w = new WeakSet(); return () => w }, /WeakSet/),
  refused('WeakRef', () => { const w = new WeakRef({}); return () => w }, /WeakRef/),
  refused('FinalizationRegistry', () => { const f = new FinalizationRegistry(() => {}); return () => f }, /FinalizationRegistry/),
  refused('iterator of a map', () => { const i = new Map().entries(); return () => i }, /iterator of a Map/),
  refused('iterator of an array', () => { const i = [1].values(); return () => i }, /`i`.*Iterator/),
  refused('revoked proxy', () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return () => proxy }, /Proxy/),
  refused('proxy of a function', () => { const p = new Proxy(() => 1, {}); return () => p() }, /Proxy/),
  refused('arguments object', () => { const a = (function () { return arguments })(1); return () => a[0] }, /`arguments` object/),
  refused('AbortSignal', () => { const { signal } = new AbortController(); return () => signal }, /AbortSignal.*with\(\{ signal \}\)/),
  refused('Response', () => { const r = new Response('x'); return () => r }, /Response/),
  refused('deep path', () => { const o = { list: [{ 'odd key': new Map([['k', Promise.resolve()]]) }] }; return () => o }, /`o` of \(anonymous\) → \.list → \[0\] → \["odd key"\] → \.get\("k"\): it is a Promise/),
  refused('in a set, as a key, as a symbol property', () => { const o = { [Symbol('s')]: new Set([new Map([[new WeakMap(), 1]])]) }; return () => o }, /Symbol\(s\).*\(item 0\).*\(key 0\): it is a WeakMap/),
]

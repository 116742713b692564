// What looks like something else, and code of values that throws while they are read.
import { createRequire } from 'node:module'
import { add, read, reader } from '../modules/tally.mjs'
import { refused, works } from './case.ts'

const sloppy = createRequire(import.meta.url)('../modules/sloppy.cjs')
const throws = () => { throw new RangeError('not now') }

export const cases = [
  works('a variable named JSON, in a function that looks as if it captured nothing', () => { const JSON = { stringify: () => 'mine' }; return x => JSON.stringify(x) }, [1]),
  works('a variable named Math, likewise', () => { const Math = { max: () => 'mine' }; return (a, b) => Math.max(a, b) }, [1, 2]),
  works('methods of a class that changed places', () => { class A { a() { return 1 } b() { return 2 } } const { a, b } = A.prototype; Object.assign(A.prototype, { a: b, b: a }); return () => [new A().a(), new A().b()] }),
  works('a method that another class has too', () => { class A { m() { return 'A' } } class B { m() { return 'B' } n() { return A } } A.prototype.m = B.prototype.m; return () => new A().m() }),
  works('a static method that was replaced by one of the class', () => { class A { static a() { return 1 } static b() { return 2 } } A.a = A.b; return () => A.a() }),
  works('an accessor that was replaced', () => { class A { get v() { return 1 } } Object.defineProperty(A.prototype, 'v', { get() { return 2 } }); return () => new A().v }),
  refused('a method that was deleted', () => { class A { a() {} } delete A.prototype.a; return () => typeof new A().a }, /method a was deleted/),
  works('this of a function inside of a sloppy arrow', () => sloppy.thisInside()),
  works('arguments that change with a parameter', () => sloppy.aliased(), [5]),
  works('a function that sloppy code hoists out of its block', () => sloppy.hoisted()),
  works('strict code in a sloppy module', () => sloppy.strict()),
  works('a class with an accessor called name', () => { class A { static get name() { return throws() } v = 1 } const a = new A(); return () => a.v }),
  works('a tag that throws', () => { const o = { get [Symbol.toStringTag]() { return throws() }, f: () => 1 }; return () => o.f() }),
  refused('an export that throws', () => { const lib = Object.defineProperty({ __esModule: true }, 'v', { get: throws, enumerable: true }); return () => lib.v }, /`lib` of \S+:\d+ → \.v: reading it threw: not now/),
  refused('a hook that throws, deep inside', () => { const o = { list: [{ [Symbol.for('manyhands.replace')]: throws }] }; return () => o }, /→ \.list → \[0\]: its \[manyhands\.replace\]\(\) threw: not now/),
  refused('a hook whose accessor throws', () => { const o = { a: { get [Symbol.for('manyhands.replace')]() { return throws() } } }; return () => o }, /→ \.a: reading it threw: not now/),
  works('a member of what looks like a module uses another by `this`', () => { const lib = { __esModule: true, b: 2, list() { return this.b } }; return () => lib.list() }),
  refused('the modules of a bundle, of which one comes from outside and is a promise', () => { const table = { a: { exports: 1 }, b: { exports: Promise.resolve() } }, make = { b: m => { m.exports = 'made' } }; const load = id => { const known = table[id]; if (known !== undefined) return known.exports; const m = (table[id] = { exports: {} }); make[id](m); return m.exports }; return () => [load('a'), load('b')] }, /`table\d*`.*\.b → \.exports: it is a Promise/),
  works('a member of what looks like a module takes its members from `this` apart', () => { const lib = { __esModule: true, b: 2, list() { const { b } = this; return b } }; return () => lib.list() }),
  works('variables that are named as vite names what it gives to a module', () => { const k = 1, __vi_import_meta__ = { url: 'mine' }, __vite_ssr_dynamic_import__ = x => x + k; return () => [__vi_import_meta__.url, __vite_ssr_dynamic_import__(1)] }),
  works('a declared function whose name was given another function', () => { const k = 1; function f() { return f() } const first = f; f = () => 'other ' + k; return first }),
  works('a declared function that assigns its name, and nothing else', () => { function f() { f = null; return 1 } return f }),
  works('a function expression with the name of another variable', () => { const f = 1; const fact = function f(n = 4) { return n < 2 ? 1 : n * f(n - 1) }; return () => fact() + f }),
  works('exports that share a variable of their module', () => () => { const before = read(); add(2); return read() - before }),
  refused('an export that assigns what a function that goes by value reads', () => { const current = reader(); return () => add(1) + current() }, /`total` is assigned by \w+ and also used by/, { worksInBundles: true }),
]

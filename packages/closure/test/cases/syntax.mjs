// Which names a function uses: every way to declare one, and to shadow one.
import { works } from './case.ts'

const a = 'module a', b = 'module b', x = 'module x', key = 'module key'
let counter = 0
const add = (p, q) => p + q

function _typeof(o) { return _typeof = typeof Symbol == 'function' ? function (o) { return typeof o } : function (o) { return 'odd' }, _typeof(o) }
var __assign = function () { __assign = Object.assign || function (t) { return t }; return __assign.apply(this, arguments) }

export const cases = [
  works('an expression that assigns its own name', () => { const f = function self(n) { if (n < 0) try { self = null } catch {} return n > 1 ? n * self(n - 1) : 1 }; return () => f(4) }),
  works('a declaration that replaces itself', () => { function once() { once = () => 'second'; return 'first' } return () => [once(), once()] }, [], { expect: ['first', 'second'] }),
  works('a helper that replaces itself, of a module', () => () => [_typeof(1), _typeof('s'), __assign({ a: 1 }, { b: 2 })]),
  works('a variable whose function replaces it', () => { let load = () => { load = () => 'loaded'; return 'loading' }; return () => [load(), load()] }, [], { expect: ['loading', 'loaded'] }),
  works('parameters shadow', () => (a, { b, ...x }, [key] = ['k']) => [a, b, x, key], [1, { b: 2, c: 3 }]),
  works('a default value sees the parameters before it, and outer names', () => (p = a, q = p + b) => p + q),
  works('a closure in a default value', () => (f = () => a + b) => f()),
  works('var is hoisted out of blocks', () => () => { if (true) { var a = 1 } return [a, b] }),
  works('let stays in its block', () => () => { { let a = 1; a++ } return a }),
  works('a catch parameter shadows only there', () => () => { try { throw 1 } catch (a) { return [a, b] } }),
  works('a catch without parameter', () => () => { try { throw 1 } catch { return a } }),
  works('for loops have a scope of their own', () => () => { const r = []; for (const a of [1, 2]) r.push(a); for (let b = 0; b < 2; b++) r.push(b); for (const key in { z: 1 }) r.push(key); return [r, a, b, key] }),
  works('a switch is one block', () => v => { switch (v) { case 1: { const a = 'in'; return a } default: let b = 'switch'; return b + a } }, [2]),
  works('a function declared in a block', () => () => { { function a() { return 'inner' } return a() } }),
  works('a class declared inside', () => () => { class a { m() { return b } } return new a().m() }),
  works('the name of a function expression', () => () => (function a(n) { return n ? a(n - 1) : typeof a })(2)),
  works('a name that is also a property', () => () => ({ a: { b: 1 } }).a.b),
  works('shorthand property', () => () => ({ a, b })),
  works('computed property and method', () => () => ({ [key]: 1, [a]() { return 2 } })['module key']),
  works('assignment patterns', () => () => { let p, q; ({ a: p, ...q } = { a, z: 1 }); [p, q.y = b] = [p]; return [p, q] }),
  works('assignment to a captured variable', () => { let n = 1; return () => { n = 5; return n } }, [], { expect: 5 }),
  works('logical assignment to a captured variable', () => { let n; return () => { n ??= 7; return n } }, [], { expect: 7 }),
  works('a captured variable as loop variable', () => { let n = 0; return () => { for (n of [1, 2, 3]); return n } }, [], { expect: 3 }),
  works('template literals with functions inside', () => () => `${[1, 2].map(v => `${v}${a}`)}`),
  works('tag of a template', () => () => String.raw`\n${a}`),
  works('optional call and member', () => () => [a?.length, undefined?.[b], add?.(1, 2)]),
  works('labels are no names', () => () => { a: for (;;) { break a } return a }),
  works('spread', () => () => [...a, add(...[1, 2]), { ...{ b } }]),
  works('new.target of an inner function', () => () => { function F() { this.t = new.target === F } return new F().t }),
  works('arguments of an inner function', () => () => (function () { return arguments.length })(1, 2)),
  works('this of an inner function', () => () => (function () { return this.v }).call({ v: a })),
  works('async generator with for await', () => async () => { async function* g() { yield a } const r = []; for await (const v of g()) r.push(v); return r }),
  works('yield delegates', () => () => { function* g() { yield* [a, b] } return [...g()] }),
  works('numbers in all spellings', () => () => [1_000, 0x1f, 0b11, 0o17, 1e3, .5, 10n ** 20n]),
  works('a regular expression that looks like code', () => () => /[/a}]*\/(b)=>/u.exec('/a}/b=>')?.[0] ?? a),
  works('comments between everything', () => /* 1 */ (/* 2 */ p /* 3 */) /* 4 */ => /* 5 */ p + a /* 6 */, ['z']),
  works('a function that spans lines with odd spacing', () => function
    spaced
    (p)
    { return p + a }, ['y']),
  works('exponent, nullish, comma', () => () => (2 ** 3 ** 0, null ?? a)),
  works('delete and in', () => () => { const o = { a, b }; delete o.a; return ['a' in o, 'b' in o] }),
  works('object with getter and setter inside', () => () => { const o = { get a() { return b }, set a(v) { this.w = v } }; o.a = 1; return [o.a, o.w] }),
  works('do, while, comma in for', () => () => { let i = 0, s = ''; do { s += i } while (++i < 2); for (let p = 0, q = 2; p < q; p++, q--) s += p; return s + a }),
  works('debugger and empty statements', () => () => { ; debugger; ; return a }),
  works('a captured variable named like a keyword elsewhere', () => { const async = 1, of = 2, get = 3, from = 4, as = 5; return () => async + of + get + from + as }),
  works('a captured variable that shadows a global', () => { const Map = 'my map', console = { log: () => 'mine' }, JSON = 1, process = { pid: 'none' }; return () => [Map, console.log(), JSON, process.pid] }),
  works('names that the reviver uses', () => { const __values = 1, __manyhands_import_meta = 2, set = 3, make = 4; return () => __values + __manyhands_import_meta + set + make }),
  works('unicode names', () => { const größe = 3, 变量 = 4; return () => größe + 变量 }),
  works('typeof of a captured and of an unknown name', () => () => [typeof a, typeof nowhereDeclared]),
  works('strict function without this', () => function () { 'use strict'; return [this === undefined, a] }),
  works('immediately called functions', () => () => (() => (function () { return a })())()),
  works('mutual recursion of inner functions', () => () => { const even = n => n === 0 || odd(n - 1), odd = n => n !== 0 && even(n - 1); return even(10) }),
  works('a counter of its own in each message', () => { counter = 10; return () => ++counter }, [], { expect: 11 }),
  works('an await in a loop', () => async () => { let s = ''; for (const v of [a, Promise.resolve(b)]) s += await v; return s }),
  works('class fields and computed names inside', () => () => { class C { [key] = a; static s = b; #p = 1; has() { return #p in this } } return [new C()['module key'], C.s, new C().has()] }),
]

// Classes and their instances, by value and by reference.
import { EventEmitter } from 'node:events'
import { inherits } from 'node:util'
import { isPlain, Plain, Renamed, Shape } from '../modules/shapes.mjs'
import { refused, works } from './case.ts'

const tag = Symbol('tag'), methodName = 'dynamic'
const mixin = Base => class extends Base { mixed() { return `mixed ${this.v}` } }
class Base { v = 1; static kind = 'base'; who() { return 'base' } }
class Middle extends Base { who() { return `middle of ${super.who()}` } static kind = 'middle' }
class Leaf extends mixin(Middle) { who() { return `leaf of ${super.who()}` } }
class Tagged { static [tag] = 'static'; [tag] = 'own'; [methodName]() { return this[tag] } get [Symbol.toStringTag]() { return 'T' } }
class Stack extends Array { top() { return this.at(-1) } }
class Stamp extends Date { label = 'stamp'; year() { return this.getUTCFullYear() } }
class Pattern extends RegExp { both(s) { return [this.test(s), this.source] } }
class Failure extends Error { constructor(m, o) { super(m, o); this.detail = { m } } get name() { return 'Failure' } }
class Even { static [Symbol.hasInstance](n) { return n % 2 === 0 } }
class Lazy { static #made; static get() { return (Lazy.#made ??= 1) } }
class Helper { static #twice(x) { return x * 2 } static four() { return Helper.#twice(2) } #own() { return 3 } three() { return this.#own() } }
class Registry { static all = new Map(); constructor(id) { this.id = id; Registry.all.set(id, this) } }
class Chain { next = null; add(n) { n.next = this; return n } times() { return x => this.scale * x } deep() { return async ({ a: { b: [c, ...d] = [] } = {} }, e = this.scale) => [1].map(() => this.scale * c + e + d.length) } both() { return [v => { this.scale = v }, () => this.scale] } }
function Old(v) { this.v = v }
Old.prototype.get = function () { return this.v + suffix }
function Older() {}
inherits(Older, Old)
const suffix = '!'
const proto = { hello() { return `hello ${this.name}` } }

export const cases = [
  works('three levels of super, through a mixin', () => { const l = new Leaf(); return () => [l.who(), l.mixed(), l instanceof Leaf, l instanceof Base] }),
  works('inherited and own statics', () => () => [Base.kind, Middle.kind, Leaf.kind, Object.hasOwn(Leaf, 'kind')]),
  works('symbol and computed members', () => { const t = new Tagged(); return () => [t.dynamic(), Tagged[tag], String(t)] }),
  works('subclass of Array', () => { const s = Stack.of(1, 2, 3); return () => [s.top(), s.length, s instanceof Stack, s.map(v => v) instanceof Stack] }),
  works('subclass of Date', () => { const s = new Stamp(0); return () => [s.year(), s.label, s instanceof Stamp, +s] }),
  works('subclass of RegExp', () => { const p = new Pattern('a+', 'g'); return () => p.both('caat') }),
  works('subclass of Error with cause and detail', () => { const e = new Failure('no', { cause: new Base() }); return () => [e.name, e.message, e.detail.m, e.cause.who(), e instanceof Failure] }),
  works('Symbol.hasInstance', () => () => [2 instanceof Even, 3 instanceof Even]),
  works('private methods of a class made there', () => () => [Helper.four(), new Helper().three()]),
  works('static map that holds instances', () => { Registry.all.clear(); new Registry('r1'); return () => [[...Registry.all.keys()], Registry.all.get('r1') instanceof Registry] }),
  works('linked list of 3000 instances', () => { let c = new Chain(); for (let i = 0; i < 3000; i++) c = c.add(new Chain()); return () => { let n = 0; for (let p = c; p; p = p.next) n++; return n } }),
  works('function with prototype, inherited by util.inherits', () => { const o = new Older(); o.v = 'x'; return () => [o.get(), o instanceof Old, new Older() instanceof Older] }),
  works('object made from a prototype object', () => { const o = Object.assign(Object.create(proto), { name: 'n' }); return () => o.hello() }),
  works('prototype chain without classes', () => { const o = Object.create(Object.create({ deep: 1 }, { mid: { value: 2 } })); return () => [o.deep, o.mid] }),
  works('anonymous class', () => { const C = class { m() { return 1 } }; return () => [new C().m(), C.name] }),
  works('class returned by a function', () => { const make = n => class { v() { return n } }; const [One, Two] = [make(1), make(2)]; return () => [new One().v(), new Two().v()] }),
  works('class with a superclass held in a variable', () => { const bases = [Base]; class C extends bases[0] {} return () => new C().who() }),
  works('class extends null', () => { class N extends null { static s() { return 1 } } return () => [N.s(), Object.getPrototypeOf(N.prototype)] }),
  works('accessors of a class, static too', () => { class A { static #n = 0; static get n() { return 5 } get m() { return 6 } set m(v) { this.w = v } } return () => { class B { static get n() { return 5 } get m() { return 6 } } return [B.n, new B().m] } }),
  works('async, generator and symbol methods', () => { class It { *[Symbol.iterator]() { yield 1 } async a() { return 2 } static async *g() { yield 3 } } const i = new It(); return async () => { const r = [...i, await i.a()]; for await (const v of It.g()) r.push(v); return r } }),
  works('instance with an own method', () => { const b = new Base(); b.who = () => 'own'; return () => b.who() }),
  works('frozen instance', () => { const b = Object.freeze(new Base()); return () => [Object.isFrozen(b), b.who()] }),
  works('instance with accessor and hidden property', () => { const b = Object.defineProperties(new Base(), { h: { value: 1 }, g: { get() { return this.h + 1 } } }); return () => [b.g, Object.keys(b)] }),
  works('a changed static travels, its initialiser does not run', () => { class S { static n = 1; static { S.n = 2 } } S.n = 3; return () => S.n }),
  works('a patched prototype of a class', () => { class P {} P.prototype.extra = function () { return suffix }; return () => new P().extra() }),
  works('a replaced method of a class', () => { class P { m() { return 1 } } P.prototype.m = function () { return 2 }; return () => new P().m() }),
  works('an exported class is that of its module there', () => { const p = new Plain(3); return () => [p.v, isPlain(p), isPlain(new Renamed(1)), Plain === Renamed] }),
  works('a static method of an exported class', () => () => Plain.make(4).v),
  works('an exported class with private members, made there', () => () => { const s = new Shape(3); return [s.sides, Shape.is(s)] }),
  works('subclass of an exported class', () => { class Sub extends Plain { twice() { return this.v * 2 } } const s = new Sub(4); return () => [s.twice(), isPlain(s)] }),
  works('same object as instance and in a map of the class', () => { const b = new Base(); const m = new Map([[b, 'b']]); return () => m.get(b) }),
  works('method taken from an instance', () => { const { who } = new Base(); return who }),
  works('toJSON and toString of an instance', () => { class J { toJSON() { return 'j' } toString() { return 's' } } const j = new J(); return () => [JSON.stringify(j), `${j}`] }),
  works('private static', () => () => [Lazy.get(), Lazy.get()]),
  works('instance field that is an arrow with this', () => { class A { v = 3; f = (x = 1) => this.v + x } const i = new A(); return () => { i.v = 5; return [i.f(), i instanceof A] } }, []),
  works('arrow with this of a method, alone', () => new Chain().add(Object.assign(new Chain(), { scale: 2 })).times(), [4]),
  works('async arrow with this in an arrow, patterns as parameters', () => Object.assign(new Chain(), { scale: 3 }).deep(), [{ a: { b: [2] } }]),
  works('arrow with this in a static field', () => { class A { static n = 4; static f = () => this.n } return A.f }, []),
  works('arrow with this that is undefined, and is a primitive', () => { function outer() { return () => this } const a = outer.call(undefined), b = outer.call(5); return () => [a(), typeof b(), b()] }, []),
  works('two arrows with one this', () => { const c = Object.assign(new Chain(), { scale: 2 }); const [set, get] = c.both(); return () => { set(7); return [get(), c.scale] } }, []),
  works('an arrow with this of a function that was bound', () => { function outer() { return () => this.v } return outer.bind({ v: 8 })() }, []),
  refused('arrow with this whose parameters run code', () => (function () { return ({ [String(1)]: x }) => [this, x] }).call({ a: 1 }), /uses `this` of the code around it/),
  refused('arrow with this that cannot travel', () => (function () { this.wait = Promise.resolve(); return () => this.wait }).call({}), /`this` of \S+:\d+.*\.wait.*Promise/),
  refused('subclass of Promise', () => { class P extends Promise {} const p = P.resolve(1); return () => p }, /Promise/),
  refused('subclass of a typed array', () => { class U extends Uint8Array {} const u = new U(2); return () => u }, /subclass of Uint8Array/),
  refused('subclass of URL', () => { class U extends URL {} const u = new U('http://a/'); return () => u }, /subclass of URL/),
  refused('subclass of EventEmitter', () => { class E extends EventEmitter {} const e = new E(); return () => e }, /`e`.*E \(a subclass of .*EventEmitter\)/),
]

// Instances of classes with private members: by value they travel, members included.
import { Shape } from '../modules/shapes.mjs'
import { refused, works } from './case.ts'

class Account {
  #balance = 1; #owner; static #made = 0; static #next() { return ++Account.#made } open = true
  constructor(owner) { this.#owner = owner; Account.#next() }
  #add(n) { this.#balance += n; return this }
  get #double() { return this.#balance * 2 }
  set #double(v) { this.#balance = v / 2 }
  get balance() { return this.#balance } get owner() { return this.#owner } set owner(o) { this.#owner = o }
  add(n) { return this.#add(n) } double(v) { if (v) this.#double = v; return this.#double }
  richer(o) { return this.#balance > o.#balance }
  static is(o) { return #balance in o } static get made() { return Account.#made }
}
class Savings extends Account { #balance = 'own'; rate = 2; constructor(...a) { super(...a); this.ready = true } both() { return [this.#balance, this.balance] } }
class Plus extends Savings { plus() { return super.both() } }
class Coded extends Error { #code; constructor(m, code) { super(m); this.#code = code } get code() { return this.#code } }
class Logged extends Map { #log = []; set(k, v) { this.#log?.push(k); return super.set(k, v) } log() { return this.#log } }
class Sized extends Array { #n = 2; n() { return this.#n } }
class Stamped extends Date { #zone = 'z'; zone() { return this.#zone } }
class Branded { #m() { return 4 } m() { return this.#m() } static is(o) { return #m in o } }
class Upper { name() { return 'upper' } }
class Lower extends Upper { #up() { return super.name() } name() { return this.#up() } }
class Layout {
  #a = () => { return 'a' }
  ['b']() { return this.#a() } #c = (() => 1) /* c */
  #d = function () {}; static #e = () => { return 'e' }
  ['f']() { return Layout.#e() } #g = class {}; #h = async x => { return x }; 'names'() { return [this.#a.name, this.#c.name, this.#d.name, this.#g.name, this.#h.name] } #i = 1 // end
  i() { return this.#i++ } static #j = (1, [5]) /* j */; static #k = (() => 6)
  static ['j']() { return [Layout.#j, Layout.#k()] } }

const tell = a => [a.balance, a.owner, a.open, a.double(), Account.is(a), Object.keys(a)]

export const cases = [
  works('private fields, with the values that they have', () => { const a = new Account('me').add(4); return () => tell(a) }),
  works('private methods and accessors', () => { const a = new Account('me'); return () => [a.add(2) === a, a.double(20), a.balance] }, [], { expect: [true, 20, 10] }),
  works('an instance made there, beside one that travelled', () => { const a = new Account('me').add(1); return () => { const b = new Account('you'); return [tell(b), a.richer(b), b.richer(a), a.add(1).balance] } }, [], { expect: [[1, 'you', true, 2, true, ['open']], true, false, 3] }),
  works('private statics, with the values that they have', () => { for (let i = 0; i < 3; i++) new Account(); const made = Account.made; return () => [Account.made === made, new Account() && Account.made === made + 1] }, [], { expect: [true, true] }),
  works('private members of a class and of the class above, of the same name', () => { const s = new Savings('me').add(3); return () => [s.both(), Account.is(s), s instanceof Savings, s.ready, s.rate, new Savings().both()] }),
  works('a subclass without private members of its own', () => { const p = new Plus('me').add(1); return () => [p.plus(), p.owner, p instanceof Plus] }),
  works('an error with private members', () => { const e = new Coded('bad', 'E1'); return () => [e.code, e.message, e instanceof Coded, new Coded('', 2).code] }),
  works('a Map with private members', () => { const m = new Logged(); m.set('a', m); return () => [m.log(), m.get('a') === m, m.set('b', 1).log(), m instanceof Logged] }, [], { expect: [['a', 'b'], true, ['a', 'b'], true] }),
  works('an array and a Date with private members', () => { const s = Sized.of(1, 2), d = new Stamped(5); return () => [s.n(), [...s], s.map(v => v).n(), d.zone(), +d] }),
  works('private fields that lead to each other, and to what else travels', () => { const a = new Account(), b = new Account(a), o = { a, list: [b] }; a.owner = b; return () => [a.owner === b, b.owner === a, o.a === a, o.list[0] === b] }),
  works('a private field that holds its own instance, a function, a Map', () => { const a = new Account(), k = 3, f = x => x * k; a.owner = { a, f, m: new Map([[a, f]]) }; return () => [a.owner.a === a, a.owner.f(2), a.owner.m.get(a) === f && a.owner.m.get(a) === a.owner.f] }, [], { expect: [true, 6, true] }),
  works('frozen instances with private members', () => { const a = Object.freeze(new Account('me')); return () => [Object.isFrozen(a), a.add(1).balance] }, [], { expect: [true, 2] }),
  works('private methods only; an object that no constructor has made has none', () => { const b = new Branded(), bare = Object.create(Branded.prototype), none = Object.create(Account.prototype); return () => [b.m(), Branded.is(b), Branded.is(bare), Account.is(none)] }),
  works('super in a private method', () => { const l = new Lower(); return () => l.name() }),
  works('private members however they are written', () => { const l = new Layout(); return () => [l.b(), l.f(), l.names(), l.i(), new Layout().names(), Layout.j()] }),
  works('a class expression with private members, made by a function', () => { const make = k => class { #k = k; k() { return this.#k } }; const [A, B] = [make(1), make(2)], [a, b] = [new A(), new B()]; return () => [a.k(), b.k(), a instanceof B, new A().k()] }),
  works('many instances of one class', () => { const list = Array.from({ length: 50 }, (_, i) => new Account(i)); return () => list.map(a => a.owner) }),
  refused('what a private field holds and cannot travel', () => { const a = new Account(Promise.resolve()); return () => a }, /`a\d*` of .* → #owner: it is a Promise/),
  works('an arrow function in a private field that uses this', () => { class A { v = 2; #f = () => this.v; f() { return this.#f } } const a = new A(); return () => { a.v = 6; return a.f()() } }, []),
  works('private members that a compiler has put into a WeakMap and a WeakSet', () => { const v = new WeakMap(), brand = new WeakSet(); class A { constructor(x) { v.set(this, x); brand.add(this) } get() { if (!brand.has(this)) throw new TypeError('brand'); return v.get(this) } } const a = new A(4); new A(5); return () => [a.get(), new A(6).get()] }),
  works('a class alone whose instances have such members', () => { const v = new WeakMap(); class A { constructor(x) { v.set(this, x) } get() { return v.get(this) } } globalThis.kept = new A(5); return x => new A(x).get() }, [8]),
  refused('an instance under construction', () => { let half; class Base { constructor() { half ??= this } } class Late extends Base { #x = 1; x() { return this.#x } } class Later extends Late { #y = 1; y() { return this.#y } } new Later(); const broken = Object.setPrototypeOf(new Late(), Later.prototype); return () => [half, broken] }, /`broken\d*`.*its private members are not those of its classes \(Late, Later\)/),
  refused('instance of an exported class with private members', () => { const s = new Shape(1); return () => s.sides }, /instance of class Shape.*#id.*imported/, { worksInBundles: true }),
]

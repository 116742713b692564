import { expect, test } from 'vitest'
import { manifest, useTree } from './support/program-tree.ts'

/** Variables with the names of something else: a global, an import, the function itself, what Node or vite gives. */
const tree: Readonly<Record<string, string>> = {
  'node_modules/same/package.json': manifest('same', { type: 'module', main: 'main.js' }),
  'node_modules/same/main.js': "let at = 'outer'; export const who = () => at",
  'node_modules/holder/package.json': manifest('holder', { type: 'module', main: 'main.js' }),
  'node_modules/holder/main.js': `
    import { who } from 'same'
    export const ask = () => who()
    export { who as whoInner } from 'same'
    export const table = { ask: (() => () => who())() }`,
  'node_modules/holder/node_modules/same/package.json': manifest('same', { type: 'module', main: 'main.js' }),
  'node_modules/holder/node_modules/same/main.js': "let at = 'inner'; export const who = () => at",
  'node_modules/swapped/package.json': manifest('swapped', { type: 'module', main: 'main.js' }),
  'node_modules/swapped/main.js': `
    let n = 1
    function a() { return 'a' + n }
    function b() { return 'b' + n }
    export { a as b, b as a, a as default }
    export let live = () => 'first' + n
    export const setLive = fn => { live = fn }`,
  'own.mjs': `
    let n = 1
    function alpha() { return 'alpha' + n }
    function beta() { return 'beta' + n }
    export { alpha as beta, beta as alpha, alpha as default }
    export class Map { get tag() { return 'own Map' + n } }
    export const fetch = () => 'own fetch' + n
    export const process = { pid: 'own process' }`,
  'sloppy.cjs': `
    var k = 2
    var Map = function () { this.tag = 'own Map' + k }
    exports.tasks = {
      'a class of the module': () => new Map().tag,
      'undefined': (() => { var undefined = 5; return function () { return undefined } })(),
      'a parameter called eval': () => (function (eval) { return eval(3) })(x => x + k),
      'another require': (() => { const require = x => x + k; return () => require('fs') })(),
'another module': (() => { const module = { exports: k }, exports = 3; return () => [module.exports, exports] })(),
      'other paths': (() => { const __dirname = 'd', __filename = 'f'; return () => [__dirname, __filename] })(),
      'another globalThis': (() => { const globalThis = { k }; return () => globalThis.k })(),
    }`,
  'tasks.mjs': `
    import { a, b, live, setLive } from 'swapped'
    import swapped from 'swapped'
    import * as all from 'swapped'
    import { who } from 'same'
    import { ask, whoInner, table } from 'holder'
    import alphaDefault, { alpha, beta as gamma, Map, fetch, process } from './own.mjs'
    import { readFileSync as setTimeout } from 'node:fs'
    import { join as basename, basename as join } from 'node:path'
    import sloppy from './sloppy.cjs'
    const k = 1
    const { assign, fromEntries, entries } = Object
    setLive(() => 'replaced' + k)
    const { Set } = { Set: class { tag = 'own Set' + k } }
    class Error { constructor(message) { this.message = message + k } }
    const Array = { from: () => 'own from' + k }
    const Math = { max: () => 'own max' + k }
    const Promise = { resolve: () => 'own resolve' + k }
    const structuredClone = () => 'own clone' + k
    const console = { log: () => 'own log' + k }
    const parseInt = function parseInt() { return 'own parseInt' + k }
    export const tasks = {
      'renamed imports': () => [a(), b(), swapped(), all.a(), all.b(), all.default(), alpha(), gamma(), alphaDefault()],
      'a binding that was given another value': () => live(),
      'the same, as the task': live,
      'one specifier, two packages': () => [who(), ask(), whoInner(), table.ask()],
      'that package, as the task': whoInner,
      'names of globals': () => [
        new Map().tag, new Set().tag, new Error('m').message, Array.from([1]), Math.max(1), Promise.resolve(),
        structuredClone(1), console.log(), parseInt('1'), fetch(), process.pid, setTimeout.name, join('/a/b'),
        basename('a', 'b'),
      ],
      'a parameter with the name of a global': (Map => () => Map + k)('given'),
      'its own name, shadowed': function fact() { const fact = () => 'inner' + k; return fact() },
      'its own name, a parameter': function fact(fact = () => 'given' + k) { return fact() },
      'its own name, a var': function fact() { var fact; return typeof fact + k },
      'its own name, that got another function': (() => {
        function f() { return f() }
        const first = f
        f = () => 'other ' + k
        return first
      })(),
      'a class whose variable got another value': (() => {
        let C = class C { static tag = 'inner' + k; static who() { return C.tag } }
        const first = C
        C = { tag: 'other' }
        return () => first.who() + C.tag
      })(),
      'catch parameters': () => {
        try { throw { who: 2 } } catch ({ who }) { return who }
      },
      'default parameters': (x = () => k, y = x()) => { const k = 5; return [x(), y, k] },
      'a var over a parameter': (who = 3, y = () => who) => { var who; who = 4; return [who, y()] },
      'a block': () => { { let who = 5; void who } return who() },
      'a var over an import': () => { const before = typeof who; { var who = 1 } return before },
      'a function over an import': () => { return who(); function who() { return 'hoisted' + k } },
      'a label': () => { who: for (;;) { break who } return who() },
      'properties and methods': () => [{ who: 1 }.who, { who() { return typeof who } }.who(), ({ who, k }).who()],
      'escapes': (() => { const \\u0061bc = 'escaped' + k; return () => abc })(),
      'names of prototypes': (() => { const __proto__ = 1, constructor = k; return () => [__proto__, constructor] })(),
      'another require with members': (() => {
        const require = assign(x => x + k, { resolve() {}, cache: {} })
        return () => require('fs')
      })(),
      'a constant of another require': (() => {
        const require = () => ({ who: () => 'no import' + k })
        const { who } = require('same')
        return () => who()
      })(),
      'names that vite gives': (() => {
        const __vi_import_0__ = { a: 1, b: 'mine' + k }, __vi_import_meta__ = { url: 'mine' }
        const __vite_ssr_import_meta__ = 5, __vite_ssr_dynamic_import__ = x => x + k
        return () =>
          [__vi_import_0__.b, __vi_import_meta__.url, __vite_ssr_import_meta__, __vite_ssr_dynamic_import__(1)]
      })(),
      'what looks like a module': (() => {
        const lib = { __esModule: true, a: 1, b: 2, list() { return this.b } }
        return () => [lib.a, lib.list()]
      })(),
      ...fromEntries(entries(sloppy.tasks).map(([name, fn]) => ['sloppy: ' + name, fn])),
    }`,
}

const { send } = useTree(tree)

test('a name means in the worker what it means here', async () => {
  const rows = await send('tasks.mjs')
  expect(rows.map(([name, , thread, process]) => [name, thread, process])).toEqual(
    rows.map(([name, here]) => [name, here, here]),
  )
  expect(Object.fromEntries(rows)).toMatchObject({
    'one specifier, two packages': ['outer', 'inner', 'inner', 'inner'],
    'its own name, that got another function': 'other 1',
    'names that vite gives': ['mine1', 'mine', 5, 2],
    'what looks like a module': [1, 2],
  })
})

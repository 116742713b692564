import { manifest } from './program-tree.ts'

/** Packages as they are found in the world, small. */
export const packages: Readonly<Record<string, string>> = {
  // The entry fills a registry that the defining file reads; `require` leads to another build.
  'node_modules/entry/package.json': manifest('entry', {
    exports: { import: './main.mjs', require: './twin.cjs' },
  }),
  'node_modules/entry/main.mjs':
    "import { known } from './lib/core.mjs'\nknown.add('js')\n" +
    "export { default, parse, Parser, options } from './lib/core.mjs'",
  'node_modules/entry/lib/core.mjs': `
    export const known = new Set()
    export function parse() { return [...known].join() }
    export class Parser { run() { return parse() } }
    export const options = { level: 1, check() { return this.level } }
    let hidden = 0
    const helper = () => ++hidden
    export default Object.assign(() => 'called', { seen: new WeakRef({}), helper, parse })`,
  'node_modules/entry/twin.cjs': "exports.parse = () => 'the twin'; exports.Parser = class {}",
  // Its export inherits from another object. Copied by parts it would have classes of two kinds.
  'node_modules/inherits/package.json': manifest('inherits', { type: 'module', main: 'main.js' }),
  'node_modules/inherits/main.js': `
    let state = 'not set up'
    const shared = { tell: () => state, seen: new WeakRef({}) }
    export default Object.assign(Object.create(shared), { own: () => state })
    state = 'set up'`,
  // Its export was made by a helper of another package.
  'node_modules/made/package.json': manifest('made', { type: 'module', main: 'main.js' }),
  'node_modules/made/main.js': `
    import { memoize } from 'memo'
    let reads = 0
    export const load = memoize(() => ++reads)
    export const proxy = new Proxy({ answer: 42 }, {})
    export const bound = function () { return this.answer }.bind({ answer: 43 })`,
  'node_modules/memo/package.json': manifest('memo', { type: 'module', main: 'main.js' }),
  'node_modules/memo/main.js':
    'export const memoize = fn => { let value; let has = false; ' +
    'return () => (has ? value : ((has = true), (value = fn()))) }',
  'node_modules/only-import/package.json': manifest('only-import', { exports: { import: './main.mjs' } }),
  'node_modules/only-import/main.mjs':
    "export const name = () => 'esm'; export const client = { seen: new WeakRef({}), ask: () => 'asked' }",
  'node_modules/common/package.json': manifest('common', { main: 'index.js' }),
  'node_modules/common/index.js': "module.exports = require('./lib/tool.js'); require('./lib/state.js').ready = true",
  'node_modules/common/lib/tool.js':
    "const state = require('./state.js'); module.exports = function tool() { return state.ready }\n" +
    'module.exports.twice = x => 2 * x',
  'node_modules/common/lib/state.js': 'exports.ready = false',
}

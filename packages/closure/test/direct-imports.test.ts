import { expect, test } from 'vitest'
import { manifest, useTree } from './support/program-tree.ts'

const tree: Readonly<Record<string, string>> = {
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
  'node_modules/common/package.json': manifest('common', { main: 'index.js' }),
  'node_modules/common/index.js': "module.exports = require('./lib/tool.js'); require('./lib/state.js').ready = true",
  'node_modules/common/lib/tool.js':
    "const state = require('./state.js'); module.exports = function tool() { return state.ready }\n" +
    'module.exports.twice = x => 2 * x',
  'node_modules/common/lib/state.js': 'exports.ready = false',
  'node_modules/inherits/package.json': manifest('inherits', { type: 'module', main: 'main.js' }),
  'node_modules/inherits/main.js': `
    let state = 'not set up'
    const shared = { tell: () => state, seen: new WeakRef({}) }
    export default Object.assign(Object.create(shared), { own: () => state })
    state = 'set up'`,
  'node_modules/only-import/package.json': manifest('only-import', { exports: { import: './main.mjs' } }),
  'node_modules/only-import/main.mjs':
    "export const name = () => 'esm'; export const client = { seen: new WeakSet(), ask: () => 'asked' }",
  // What the program is given by a package of several, some of which it has not imported.
  'node_modules/umbrella/package.json': manifest('umbrella', { type: 'module', main: 'main.js' }),
  'node_modules/umbrella/main.js': "export * from 'parts'; import { use } from 'parts'; use('umbrella')",
  'node_modules/parts/package.json': manifest('parts', {
    exports: { '.': './main.mjs', './deep': './deep.mjs', './unused': './unused.mjs' },
  }),
  'node_modules/parts/main.mjs': `
    let used = 'nothing'
    export const use = name => { used = name }
    export const ask = () => used`,
  'node_modules/parts/deep.mjs': "import { reach } from './lib.mjs'; globalThis.deep = 'deep'; export { reach }",
  'node_modules/parts/unused.mjs': "import { reach } from './lib.mjs'; globalThis.deep = 'unused'; export { reach }",
  'node_modules/parts/lib.mjs': 'export const reach = () => globalThis.deep',
  'node_modules/waits/package.json': manifest('waits', { type: 'module', main: 'main.js' }),
  'node_modules/waits/main.js': "export { late } from './late.js'; await 0",
  'node_modules/waits/late.js': 'let n = 1; export const late = () => n',
  'direct.mjs': `
    import { parse, Parser, default as main } from 'entry'
    import { load } from 'made'
    import { ask } from 'umbrella'
    import { reach } from 'parts/deep'
    import tool, { twice } from 'common'
    import { name } from 'only-import'
    import { late } from 'waits'
    import inherits from 'inherits'
    const list = [parse, load, ask]
    export const tasks = {
      parse, main, 'a member': main.helper, ask, reach, tool, twice: twice, name, late, own: inherits.own,
      'what a helper of another package made': load,
      'in data that a task captures': () => list.map(fn => fn()),
      'a class in data': (classes => () => new classes[0]().run())([Parser]),
    }`,
  'direct-main.mjs': `
    import { parse, Parser, default as main } from 'entry'
    import { load } from 'made'
    import { ask } from 'umbrella'
    import tool from 'common'
    import { sendAll } from '${new URL('programs/send-all.mjs', import.meta.url).href}'
    const list = [parse, load, ask]
    await sendAll({
      parse, main, ask, tool, 'a member': main.parse,
      'what a helper of another package made': load,
      'in data that a task captures': () => list.map(fn => fn()),
    })`,
}

const { send, sendAsMain } = useTree(tree)

test('a function of a package that is a task or stands in data comes from the import that gave it', async () => {
  const rows = await sendAsMain('direct-main.mjs')
  expect(rows.map(([name, , thread, process]) => [name, thread, process])).toEqual(
    rows.map(([name, here]) => [name, here, here]),
  )
  expect(rows.map(([, here]) => here)).toEqual(['js', 'called', 'umbrella', true, 'js', 1, ['js', 1, 'umbrella']])
})

test('where no import of the program is known it comes from the entry of its package that is loaded', async () => {
  const rows = (await send('direct.mjs')).filter(([name]) => name !== 'ask' && !name.startsWith('in data'))
  expect(rows.map(([name, , thread, process]) => [name, thread, process])).toEqual(
    rows.map(([name, here]) => [name, here, here]),
  )
  expect(Object.fromEntries(rows)).toMatchObject({ parse: 'js', reach: 'deep', tool: true, late: 1, own: 'set up' })
})

import { expect, test } from 'vitest'
import { packages } from './support/packages.ts'
import { manifest, useTree } from './support/program-tree.ts'

const tree: Readonly<Record<string, string>> = {
  ...packages,
  'node_modules/plugin/package.json': manifest('plugin', { exports: { './register': './register.mjs' } }),
  'node_modules/plugin/register.mjs': "globalThis.plugged = [...(globalThis.plugged ?? []), 'plugin']",
  'node_modules/base-lib/package.json': manifest('base-lib', { exports: { '.': './main.mjs', './add': './add.mjs' } }),
  'node_modules/base-lib/main.mjs': 'globalThis.baseLib = { parts: [] }; export default globalThis.baseLib',
  'node_modules/base-lib/add.mjs': "globalThis.baseLib.parts.push('added')",
  'node_modules/outer-lib/package.json': manifest('outer-lib', { main: 'main.mjs' }),
  'node_modules/outer-lib/main.mjs': 'globalThis.baseLib.parts.push(typeof globalThis.other)',
  'node_modules/other/package.json': manifest('other', { main: 'main.mjs' }),
  'node_modules/other/main.mjs': "globalThis.other = 'other'; export const other = () => globalThis.other",
  // The program's own modules.
  'own/config.mjs': 'export const config = { level: 1 }; export const api = { level: 1, get() { return this.level } }',
  'own/live.mjs': `
    export let handler = x => 'default ' + x
    export const setHandler = fn => { handler = fn }
    export class Item { n = 1 }
    export const items = []
    export const level = 1`,
  'own/data.json': '{"deep":{"n":1}}',
  'live.mjs': `
    import { handler, setHandler, Item, items } from './own/live.mjs'
    import * as data from './own/data.json' with { type: 'json' }
    const loaded = await import('./own/data.json', { with: { type: 'json' } })
    const lib = await import('./own/live.mjs')
    items.push(new Item(), new Item())
    const k = 2
    const mine = x => 'mine ' + x * k
    setHandler(mine)
    let inBlock
    class Holder { static { const lib = { level: 'local', go() {} }; inBlock = () => lib.level } }
    export const tasks = {
      'a binding that was given another value': () => handler(1),
      'that value itself': () => mine(1),
      'an array that the program has filled': () => items.map(item => item.n),
      'JSON as a namespace': () => data.default.deep.n,
      'JSON by import()': () => loaded.default.deep.n,
      'a constant of import() that a static block shadows': inBlock,
      'the constant itself': () => lib.level,
    }`,
  'own/effect.mjs': "globalThis.plugged = [...(globalThis.plugged ?? []), 'own']",
  'own/typed.ts': `
    import { type Options, Parser, parse as read } from 'entry'
    import type { Nothing } from 'nowhere'
    import { type Größe, known } from './kinds.ts'
    export const size: Größe = known()
    export interface Mine extends Options, Nothing {}
    const inner = () => [read(), new Parser().run()]
    export const typed = { inner, known: () => known() }`,
  'own/kinds.ts': 'export type Größe = number; export const known = (): number => 3',
  'own/common.cjs': `
    const tool = require('common')
    const { twice } = require('common')
    exports.tasks = { tool: () => tool(), twice: () => twice(2), member: () => tool.twice(3) }`,
  'tasks.mjs': `
    import { parse, Parser, options } from 'entry'
    import * as entry from 'entry'
    import main, { parse as renamed } from 'entry'
    import { load, proxy, bound } from 'made'
    import inherits from 'inherits'
    import { name, client } from 'only-import'
    import tool, { twice } from 'common'
    import 'plugin/register'
    import baseLib from 'base-lib'
    import { other } from 'other'
    import 'base-lib/add'
    import 'outer-lib'
    import './own/effect.mjs'
    import { config, api } from './own/config.mjs'
    import { typed } from './own/typed.ts'
    import { createRequire } from 'node:module'
    import common from './own/common.cjs'
    const require = createRequire(import.meta.url)
    const { parse: fromImport } = await import('entry')
    const wholeImport = await import('entry')
    const defaultImport = (await import('entry')).default
    const fromRequire = require('entry').parse
    config.level = 2
    api.level = 2
    const local = (() => { const parse = () => 'local'; return () => parse() })()
    async function inside() {
      const { parse } = await import('entry')
      return () => parse()
    }
    export const tasks = {
      'a named import': () => parse(),
      'a renamed import': () => renamed(),
      'a class': () => new Parser().run(),
      'an instance of it': (p => () => p.run())(new Parser()),
      'a namespace': () => entry.parse(),
      'a namespace as a value': () => Object.keys(entry).sort(),
      'a default import with members that cannot be sent': () => [main(), main.parse(), main.helper()],
      'what a helper of another package made': () => [load(), load()],
      'a proxy': () => proxy.answer,
      'a bound function': () => bound(),
      'an object that inherits from another': () => [inherits.tell(), inherits.own()],
      'a package without a CommonJS entry': () => name(),
      'an object that cannot be sent': () => client.ask(),
      'an object with functions, which is imported as it was': () => options.check(),
      'a local variable with the name of an import': local,
      'import()': () => fromImport(),
      'the namespace of import()': () => wholeImport.parse(),
      'the default of import()': () => defaultImport(),
      'import() in a function': await inside(),
      'require()': () => fromRequire(),
      'CommonJS by import': () => [tool(), tool.twice(2), twice(2)],
      'CommonJS by require': common.tasks.tool,
      'a member by require': common.tasks.twice,
      'a member of what require() gave': common.tasks.member,
      'a module in TypeScript': () => [typed.inner(), typed.known()],
      'an effect that needs what was imported before': () => [baseLib.parts.join(), other()],
      'data that the program changed': () => config.level,
      'an effect of a package, and none of the program': () => globalThis.plugged.filter(name => name === 'plugin'),
    }`,
  'node_modules/kit/package.json': manifest('kit', { type: 'module', main: 'main.js' }),
  'node_modules/kit/main.js': `
    const kit = () => kit.plugins
    kit.plugins = 0
    kit.use = () => { kit.plugins++; return kit }
    kit.extend = Object.assign
    kit.load = text => ({ text })
    kit.ready = Promise.resolve()
    kit.limits = {}
    export default kit`,
  'setup.mjs': `import kit from 'kit'
import { noteInitializer } from '${new URL('../src/index.ts', import.meta.url).href}'
const target = {}
kit.use('a')
await kit.use('b').use('c')
kit.limits.size = 3
await kit.ready
kit.extend(target, { a: 1 })
const kept = kit.load('x')
if (process.argv[3] === 'initializer') noteInitializer(prepare)
function prepare() { kit.use() }
const other = () => kept.text
export const tasks =
  process.argv[3] === 'initializer' ? { prepare: () => prepare() && 1, kit: () => typeof kit }
    : { kit: () => typeof kit, other }`,
  'refused.mjs': `
    import { EventEmitter } from 'node:events'
    import { client as exported } from 'only-import'
    class Private { #x = new WeakRef({}); get() { return this.#x } }
    const connect = async host => new Private(host)
    const emitter = new EventEmitter()
    const deep = (() => ({ seen: { cache: new WeakRef({}) } }))()
    const long = connect({
      host: 'localhost',
    })
    const later = await connect('localhost')
    const literal = { emitter: new EventEmitter() }
    const makeCounter = () => { let n = 0; return { up: () => ++n, get: () => n } }
    const counter = makeCounter()
    const promise = Promise.resolve(1)
    export const tasks = {
      emitter: () => emitter.listenerCount('x'),
      deep: () => typeof deep.seen,
      promise: () => typeof promise,
      long: () => typeof long,
      later: () => later.get(),
      literal: () => literal.emitter.listenerCount('x'),
      counter: () => counter.get(),
      'in a function': (() => { const inner = new Private(); return () => inner.get() })(),
      'by a helper': (() => { const helper = () => later.get(); return () => helper() })(),
    }`,
  'node_modules/counts/package.json': manifest('counts', { type: 'module', main: 'main.js' }),
  'node_modules/counts/main.js': 'let calls = 0; export const table = { call: (() => () => { calls++ })() }',
  'writes.mjs': `
    import { table } from 'counts'
    let count = 0, total = 0, seen = 0, cache; const state = { deep: [[]] }, [rows] = state.deep
    const list = [], map = new Map(), memo = new Map(), stats = { n: 0 }
    const out = new Float64Array(4), scratch = new Float64Array(4)
    const add = x => {
      seen += x
    }
    export const tasks = {
      increment: () => { count++ },
      sum: () => { total = total + 1 },
      push: () => list.push(1),
      histogram: () => { map.set('a', (map.get('a') ?? 0) + 1) },
      member: () => { stats.n += 1 },
      item: () => { out[0] = 1 },
      helper: () => add(1),
      field: new (class { n = 0; count() { return () => { this.n++ } } })().count(),
      'reads its field': new (class { n = 0; count() { return () => { this.n++; return this.n } } })().count(),
      'by a setter': new (class { set n(v) {} count() { return () => { this.n = 1 } } })().count(),
      'keeps for the next task': () => { cache ??= {} },
      'remembers': () => { if (!memo.has(1)) memo.set(1, 2); return memo.get(1) },
      'works in place': () => { scratch[0] = 1; return scratch[0] },
      'reads what it counts': () => { count++; return count },
      'fills a part of data that it reads': () => { rows.push(1); return state.deep[0].length },
      'of its own': () => { let count = 0; const list = []; count++; list.push(count); return list },
      'of a package': () => table.call(),
    }
`,
  'changed.mjs': `
    import { api } from './own/config.mjs'
    import './own/effect.mjs'
    api.level = 2
    export const tasks = { api: () => api.get(), effects: () => globalThis.plugged?.length ?? 0 }`,
}

const { send, run } = useTree(tree)

test('an import is an import in the worker: of the same entry, with its effects', async () => {
  const rows = await send('tasks.mjs')
  expect(rows.map(([name, , thread, process]) => [name, thread, process])).toEqual(
    rows.map(([name, here]) => [name, here, here]),
  )
  const here = Object.fromEntries(rows.map(([name, value]) => [name, value]))
  expect(here).toMatchObject({ 'a named import': 'js', 'require()': 'the twin', 'CommonJS by import': [true, 4, 4] })
})

test('what a variable holds counts, not what its name was imported as', async () => {
  const rows = await send('live.mjs')
  expect(rows.map(([name, , thread, process]) => [name, thread, process])).toEqual(
    rows.map(([name, here]) => [name, here, here]),
  )
  expect(rows.map(([, here]) => here)).toEqual(['mine 2', 'mine 2', [1, 1], 1, 1, 'local', 1])
})

test('an object of the program arrives as it was changed; own modules do not run for effects', async () => {
  expect(await send('changed.mjs')).toEqual([
    ['api', 2, 2, 2],
    ['effects', 1, 0, 0],
  ])
})

const warnedLines = (stderr: string): (string | undefined)[] =>
  Array.from(
    stderr.matchAll(/MANYHANDS_SETUP\] .*?which `(.*?)` \((.*?)\)/g),
    ([, text, place]) => `${text} ${place?.replace(/.*[/\\]/, '')}`,
  )

test('statements that set up what a task imports are named once, with what to do', async () => {
  const { stderr } = await run('setup.mjs')
  expect(warnedLines(stderr)).toEqual([
    "kit.use('a') setup.mjs:4",
    "await kit.use('b').use('c') setup.mjs:5",
    'kit.limits.size = 3 setup.mjs:6',
    'await kit.ready setup.mjs:7',
  ])
  expect(stderr).toContain('do the same in `initializer`')
})

test('nothing is said of what an initializer sets up, nor when warnings are off', async () => {
  expect(warnedLines((await run('setup.mjs', ['initializer'])).stderr)).toEqual([])
  expect(warnedLines((await run('setup.mjs', [], { MANYHANDS_WARN: 'off' })).stderr)).toEqual([])
})

test('what cannot be sent is refused with the line that lets each worker make it', async () => {
  const rows = await send('refused.mjs')
  const cures = Object.fromEntries(
    rows.map(([name, , thread]) => [name, /Hint: (.*?)(?:; or give the class.*)?\.$/.exec(String(thread))?.[1]]),
  )
  const perWorker = (name: string, made: string, use = `${name}.value`): string =>
    `let each worker make it, \`const ${name} = perWorker(() => ${made})\`, and write \`${use}\` in the function`
  const later = perWorker('later', "connect('localhost')", '(await later.get())')
  expect(cures).toEqual({
    emitter: perWorker('emitter', 'new EventEmitter()'),
    deep: perWorker('deep', '(() => ({ seen: { cache: new WeakRef({}) } }))()'),
    promise: 'await it first and send its result',
    long: 'await it first and send its result',
    later,
    literal: 'create it inside of the function, or inside of a module that the worker imports',
    counter: perWorker('counter', 'makeCounter()'),
    'in a function': perWorker('inner', 'new Private()'),
    'by a helper': later,
  })
})

test('a captured variable that a task changes, and nothing reads, is named once for each place', async () => {
  const { stderr } = await run('writes.mjs')
  const warned = Array.from(
    stderr.matchAll(/MANYHANDS_LOST_WRITE\] .*?the function (\S+) changes `(\w+)` \(.*?writes\.mjs:(\d+)\)/g),
    ([, fn, name, line]) => `${fn} ${name} ${line}`,
  )
  expect(warned).toEqual([
    'increment count 10',
    'sum total 11',
    'push list 12',
    'histogram map 13',
    'member stats 14',
    'item out 15',
    'add seen 7',
    'writes.mjs:17 this 17',
  ])
  expect(stderr).toContain('Return it and combine the results, or share it: `Value`')
  expect((await run('writes.mjs', [], { MANYHANDS_WARN: 'off' })).stderr).not.toContain('MANYHANDS_LOST_WRITE')
})

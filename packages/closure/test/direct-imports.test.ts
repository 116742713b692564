import { expect, test } from 'vitest'
import { packages } from './support/packages.ts'
import { manifest, useTree } from './support/program-tree.ts'

const tree: Readonly<Record<string, string>> = {
  ...packages,
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

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

async function run(program: string, options: readonly string[] = [], ...args: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@manyhands/source', ...options, join(import.meta.dirname, 'programs', program), ...args],
    { cwd: import.meta.dirname, timeout: 170_000 },
  )
  return JSON.parse(stdout)
}

test.for([
  ['plain Node', []],
  ['tsx, which removes lines', ['--import', import.meta.resolve('tsx')]],
] as const)('an error that a function throws in a worker points to its line in the source: %s', async ([, options]) => {
  expect(await run('stacks.ts', options)).toEqual(['stacks.ts:19', 'stacks.ts:19'])
})

test('functions share a scope that code makes once, as a module in a bundle, and no other', async () => {
  const names = ['esbuild', 'minified', 'webpack', 'webpackRequire', 'called', 'calledOn']
  expect(await run('runs-once.mjs')).toEqual({
    once: Object.fromEntries(names.map(name => [name, [0, 2, 2]])),
    // Through its `require` the fourth uses the same module as the third.
    together: names.map(name => (name === 'webpackRequire' ? [2, 4, 4] : [0, 2, 2])),
    mixed: { again: 'refused', table: 'refused', inLoop: 'refused', inFunction: 'refused' },
    here: names.map(() => 0),
  })
})

test('tasks leave nothing behind, on either side', async () => {
  const heaps = (await run('lifetimes.mjs', ['--expose-gc'], '10000')) as (readonly [main: number, worker: number])[]
  const [half, last] = [heaps[4] ?? [0, 0], heaps[9] ?? [99, 99]]
  expect([last[0] - half[0], last[1] - half[1]].map(growth => Math.max(growth, 0))).toEqual([
    expect.closeTo(0, 0),
    expect.closeTo(0, 0),
  ])
})

test('where --permission forbids the inspector, the error says what allows it', async () => {
  const options = ['--permission', '--allow-fs-read=*']
  const message = await run('without-inspector.ts', options)
  expect(message).toMatch(/the inspector is not available, .* uses `offset`.*withCaptures\(fn, /)
  if (!process.allowedNodeEnvironmentFlags.has('--allow-inspector')) return
  expect(message).toContain('start Node with --allow-inspector, or name')
  expect(await run('without-inspector.ts', [...options, '--allow-inspector'])).toBe('packed')
})

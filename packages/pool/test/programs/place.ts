// Says where a worker finds itself, each line `kind fact value`: run with the kind and the start method.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SHARE_ENV } from 'node:worker_threads'
import { Process, ProcessPoolExecutor, setStartMethod, Thread, ThreadPoolExecutor } from '../../src/index.ts'

const [, , kind, method] = process.argv
setStartMethod(method as 'spawn', { force: true })
const isThreads = kind === 'threads'
const Executor = isThreads ? ThreadPoolExecutor : ProcessPoolExecutor
const Child = isThreads ? Thread : (Process as unknown as typeof Thread)
process.title = 'a program'
const root = realpathSync(mkdtempSync(join(tmpdir(), 'manyhands-test-')))
for (const name of ['first', 'second', 'third']) mkdirSync(join(root, name))
const say = (fact: string, ...values: readonly unknown[]): void => console.log(fact, values.join())
const here = (): string => process.cwd().split('/').at(-1) ?? ''

process.chdir(join(root, 'first'))
const pool = new Executor({ maxWorkers: 1, argv: ['--given'], env: { ...process.env, WORD: 'own' } })
say(
  'title and path',
  await pool.submit(() => process.title),
  (await pool.submit(() => process.execPath)) === process.execPath,
)
say('arguments', await pool.submit(() => process.argv.slice(2).join()))
say('environment', await pool.submit(() => process.env['WORD']))
say('at the start', await pool.submit(here))
process.chdir(join(root, 'second'))
say('after chdir', await pool.submit(here))
const nested = async (): Promise<string> => {
  const { ProcessPoolExecutor: Inner } = await import('@manyhands/pool')
  const inner = new Inner({ maxWorkers: 1 })
  const found = [await inner.submit(() => process.cwd().split('/').at(-1)), await inner.submit(() => process.title)]
  await inner.shutdown()
  return found.join()
}
say('nested', await pool.submit(nested))
if (!isThreads) {
  const before = pool.submit(here)
  process.chdir(join(root, 'third'))
  say('called before and after', await before, await pool.submit(here))
  process.chdir(join(root, 'first'))
  rmSync(process.cwd(), { recursive: true })
  say('removed', await pool.submit(here))
}
process.chdir(root)
await pool.shutdown()

process.env['WORD'] = 'of the program'
const child = new Child({
  target: () => say('child', process.argv.slice(2).join(), process.env['WORD'], process.title),
  argv: ['--child'],
})
await child.start()
await child.join()
if (isThreads) {
  const sharing = new Executor({ maxWorkers: 1, env: SHARE_ENV })
  await sharing.submit(() => void (process.env['WORD'] = 'shared'))
  say('shared environment', process.env['WORD'])
  await sharing.shutdown()
}
rmSync(root, { recursive: true })

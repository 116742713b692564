import { afterEach, describe, expect, test } from 'vitest'
import { Process, ProcessPoolExecutor, Thread, ThreadPoolExecutor, type WorkerExecutor } from '../src/index.ts'

const unsendable = new WeakRef({})
const take = (_value: unknown): number => 1
const exits = (): never => process.exit(3)
const hangs = (): Promise<never> => new Promise(() => {})
const makes = (): unknown => new WeakRef({})

function here(): number {
  return Number(/call-site\.test\.ts:(\d+)/.exec(new Error().stack?.split('\n')[2] ?? '')?.[1])
}

async function errorOf(run: () => unknown): Promise<Error> {
  try {
    await run()
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not fail')
}

async function drain(results: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of results);
}

/** The first line of this file in the stack, from where it says who called. */
function calledFrom({ stack = '' }: Error): number {
  const [, called = stack] = stack.split('--- called from ---')
  return Number(/call-site\.test\.ts:(\d+)/.exec(called)?.[1])
}

const open: WorkerExecutor[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(pool => pool.terminate()))
})

describe.for([
  { kind: 'threads', Executor: ThreadPoolExecutor, Child: Thread as unknown as typeof Process },
  { kind: 'processes', Executor: ProcessPoolExecutor, Child: Process },
])('$kind', ({ Executor, Child }) => {
  const create = (): WorkerExecutor => {
    const pool = new Executor({ maxWorkers: 1 })
    open.push(pool)
    return pool
  }

  test('errors of manyhands have the line of the call, and name the task', async () => {
    const pool = create()
    const promise = Promise.resolve(1)
    const line = here()
    const errors = [
      await errorOf(() => pool.submit(exits)),
      await errorOf(() => pool.with({ timeoutMs: 20 }).submit(hangs)),
      await errorOf(() => pool.with({ timeoutMs: 20 }).submit(() => new Promise(() => {}))),
      await errorOf(() => pool.submit(take, unsendable)),
      await errorOf(() => pool.submit(makes)),
      await errorOf(() => pool.submit(() => promise)),
      await errorOf(() => pool.prepare(() => promise)),
      await errorOf(() => drain(pool.map(exits, [1]))),
      await errorOf(() => drain(pool.map(take, [unsendable]))),
      await errorOf(() => drain(pool.map(hangs, [1], { timeoutMs: 20 }))),
      await errorOf(() => new Child({ target: take, args: [unsendable] } as never).start()),
      await errorOf(() => new Executor({ initializer: () => promise })),
    ]
    expect(errors.map(error => calledFrom(error) - line)).toEqual(errors.map((_, i) => i + 2))
    const at = (i: number): string => `call-site.test.ts:${line + i}`
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringContaining('while it held task `exits`'),
      'task `hangs` ran longer than timeoutMs = 20',
      `task \`${at(4)}\` ran longer than timeoutMs = 20`,
      expect.stringContaining('an argument of task `take` cannot be sent: '),
      expect.stringContaining('the result of task `makes` cannot be sent back: '),
      expect.stringContaining(`captured variable \`promise\` of ${at(7)}: `),
      expect.stringContaining(`captured variable \`promise\` of ${at(8)}: `),
      expect.stringContaining('while it held task `exits`'),
      expect.stringContaining('an argument of task `take` cannot be sent: '),
      expect.stringContaining('1 of 1 results of map were missing'),
      expect.stringMatching(/^`\w+-\d+(:\d+)*`, which runs `take`, cannot be started: /),
      expect.stringContaining('initializer `initializer` cannot be sent: '),
    ])
    expect(errors[4]?.stack).toContain('the result of task `makes`')
  })

  test('the error of a task keeps its own stack', async () => {
    const error = await errorOf(() =>
      create().submit(() => {
        throw new RangeError('own')
      }),
    )
    expect(error.stack).not.toContain('called from')
  })

  test('of many calls in a row only the first have their line', async () => {
    const pool = create()
    const futures = Array.from({ length: 100 }, () => pool.submit(take, unsendable))
    const failures = (await Promise.all(futures.map(future => future.exception()))) as Error[]
    const located = failures.map(({ stack = '' }) => stack.includes('called from'))
    expect(located.slice(0, 16)).toEqual(Array.from({ length: 16 }, () => true))
    expect(located.slice(16)).not.toContain(true)
  })
})

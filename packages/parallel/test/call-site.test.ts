import { expect, test } from 'vitest'
import { delayed, Parallel, parallelMap } from '../src/index.ts'

const errorOf = (promise: Promise<unknown>): Promise<Error> =>
  promise.catch((error: unknown) => error as Error) as never

function here(): number {
  return Number(/call-site\.test\.ts:(\d+)/.exec(new Error().stack?.split('\n')[2] ?? '')?.[1])
}

function linesOf(error: Error): readonly string[] {
  return (error.stack ?? '').split('--- called from ---').slice(1)
}

test('errors of manyhands have the line of the call in their stacks', async () => {
  const line = here()
  const late = await errorOf(parallelMap([0], () => new Promise(() => {}), { jobs: 1, timeoutMs: 20 }))
  const exited = await errorOf(parallelMap([0], () => process.exit(3), { jobs: 1, backend: 'processes' }))
  const unsendable = await errorOf(parallelMap([new WeakRef({})], () => 1, { jobs: 1 }))
  const noTask = await errorOf(Parallel({ jobs: 1 })([delayed(() => 1)(), (() => 1) as never]))
  expect([late, exited, unsendable, noTask].map(({ name }) => name)).toEqual([
    'TaskTimeoutError',
    'WorkerExitedError',
    'SerializationError',
    'TypeError',
  ])
  for (const [i, error] of [late, exited, unsendable, noTask].entries()) {
    expect(linesOf(error)).toEqual([expect.stringContaining(`call-site.test.ts:${line + 1 + i}`)])
  }
})

test('a task without a name is called by its file and line', async () => {
  const line = here()
  const late = await errorOf(parallelMap([0], () => new Promise(() => {}), { backend: 'async', timeoutMs: 20 }))
  const noTask = await errorOf(Parallel({ jobs: 1 })([(() => 1) as never]))
  const unsendable = await errorOf(parallelMap([new WeakRef({})], () => 1, { jobs: 1 }))
  const at = (i: number): string => `call-site.test.ts:${line + i}`
  expect(late.message).toBe(`task \`${at(1)}\` ran longer than timeoutMs = 20`)
  expect(noTask.message).toContain(`task 0 is not a delayed call: function ${at(2)}. `)
  expect(unsendable.message).toContain(`an argument of task \`${at(3)}\` cannot be sent: `)
})

test('the error of a task keeps its own stack', async () => {
  const error = await errorOf(
    parallelMap(
      [0],
      () => {
        throw new RangeError('own')
      },
      { jobs: 1 },
    ),
  )
  expect(linesOf(error)).toEqual([])
})

test.for(['inline', 'async', 'threads'] as const)('%s: a call fails whatever its task throws', async backend => {
  const thrown = (): never => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    throw proxy
  }
  const outcome = parallelMap([0], thrown, { jobs: 1, backend }).then(
    () => 'resolved',
    () => 'rejected',
  )
  expect(await outcome).toBe('rejected')
})

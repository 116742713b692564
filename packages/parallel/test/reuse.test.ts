import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { perWorker } from '@manyhands/core'
import { ThreadPoolExecutor } from '@manyhands/pool'
import { describe, expect, test } from 'vitest'
import { delayed, executorBackend, Parallel, parallelMap } from '../src/index.ts'
import { manual } from './support/manual-call.ts'

const who = (): string => [process.pid, process.getBuiltinModule('node:worker_threads').threadId].join()
const four = [0, 1, 2, 3].map(() => delayed(who)())

/** Counts the workers that exit while `run` does. */
async function exitsDuring(run: () => PromiseLike<unknown>): Promise<number> {
  let exits = 0
  const note = (): void => void exits++
  subscribe('manyhands:worker-exit', note)
  await run()
  unsubscribe('manyhands:worker-exit', note)
  return exits
}

describe.each(['threads', 'processes'] as const)('%s', backend => {
  test('J08 a scope has workers of its own for all its calls, ends them with it, and works after it', async () => {
    const shared = new Set(await parallelMap([1, 2, 3, 4], who, { backend, jobs: 2 }))
    const parallel = new Parallel({ backend, jobs: 2, reuse: 'scope' })
    const own = new Set<string>()
    for (let call = 0; call < 5; call++) for (const id of await parallel(four)) own.add(id)
    for await (const id of parallel.stream(four)) own.add(id)
    expect(own.size).toBeLessThanOrEqual(2)
    expect(own.isDisjointFrom(shared)).toBe(true)

    expect(await exitsDuring(() => parallel[Symbol.asyncDispose]())).toBe(own.size)
    const after = new Set(await parallel(four))
    expect(after.isDisjointFrom(own)).toBe(true)
    // Nobody would end workers that were started now, so they are those of the process.
    expect(await exitsDuring(() => parallel[Symbol.asyncDispose]())).toBe(0)
  })

  test('two scopes share no workers', async () => {
    await using one = Parallel({ backend, jobs: 1, reuse: 'scope' })
    await using two = Parallel({ backend, jobs: 1, reuse: 'scope' })
    expect(new Set([...(await one(four)), ...(await two(four))]).size).toBe(2)
  })

  test('its end disposes of what its workers hold', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'manyhands-scope-'))
    const mark = join(folder, 'disposed')
    const resource = perWorker(() => 'open', {
      dispose: () => process.getBuiltinModule('node:fs').writeFileSync(mark, ''),
    })
    {
      await using parallel = Parallel({ backend, jobs: 1, reuse: 'scope' })
      expect(await parallel([delayed(() => resource.get())()])).toEqual(['open'])
      expect(existsSync(mark)).toBe(false)
    }
    expect(existsSync(mark)).toBe(true)
    rmSync(folder, { recursive: true })
  })

  test('its end fails calls that are under way, and waits for nothing', async () => {
    const parallel = Parallel({ backend, jobs: 1, reuse: 'scope' })
    const started = Promise.withResolvers<void>()
    const note = (): void => started.resolve()
    subscribe('manyhands:batch-begin', note)
    const call = parallel([delayed(() => new Promise<void>(() => {}))()])
    await started.promise
    unsubscribe('manyhands:batch-begin', note)
    const failed = expect(call).rejects.toMatchObject({ name: 'ShutdownError' })
    await parallel[Symbol.asyncDispose]()
    await failed
  })

  test('J11 after an exit of a worker the scope is usable', async () => {
    await using parallel = Parallel({ backend, jobs: 1, reuse: 'scope' })
    await expect(parallel([delayed((): never => process.exit(3))()])).rejects.toThrow('exited with code 3')
    expect(await parallel([delayed(() => 5)()])).toEqual([5])
  })
})

test.each(['inline', 'async'] as const)('a scope on %s has nothing to end', async backend => {
  await using parallel = Parallel({ backend, jobs: 1, reuse: 'scope' })
  expect(await parallel([delayed(() => 5)()])).toEqual([5])
})

test('a backend that brings its own workers is refused, and one that can make another is asked for it', async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 })
  const given = Parallel({ backend: executorBackend(pool), reuse: 'scope' })
  expect(() => void given(four)).toThrow(
    new TypeError(
      "backend `threads` starts no workers for reuse: 'scope'; use 'threads' or 'processes', or leave `reuse` out",
    ),
  )
  const { backend, options } = manual()
  const owned = manual().backend
  let ended = 0
  owned.terminate = async () => void ended++
  const parallel = Parallel({ ...options, backend: Object.assign(backend, { owned: () => owned }), reuse: 'scope' })
  const result = parallel([delayed(() => 1)()])
  owned.batches[0]?.run()
  expect(await result).toEqual([1])
  await parallel[Symbol.asyncDispose]()
  await parallel[Symbol.asyncDispose]()
  expect([ended, backend.batches.length]).toEqual([1, 0])
})

test('without a scope there is nothing to dispose of', () => {
  expect(Symbol.asyncDispose in Parallel()).toBe(false)
  expect(Symbol.asyncDispose in Parallel({ reuse: 'process' })).toBe(false)
})

test('parallelMap has no end', () => {
  expect(() => void parallelMap([1], x => x, { reuse: 'scope' })).toThrow(/^reuse: 'scope' needs an end: write `await/)
})

import { afterEach, expect, test } from 'vitest'
import { getReusableExecutor, type WorkerExecutor } from '../src/index.ts'

const taken = new Set<WorkerExecutor>()
const take = (...args: Parameters<typeof getReusableExecutor>): WorkerExecutor => {
  const executor = getReusableExecutor(...args)
  taken.add(executor)
  return executor
}
afterEach(async () => {
  await Promise.all([...taken].map(executor => executor.terminate()))
  taken.clear()
})

// loky: test_reused_flag
test('K14 the same options give the same executor; one that was shut down is replaced', async () => {
  const first = take('threads', { maxWorkers: 2 })
  expect(take('threads', { maxWorkers: 2 })).toBe(first)
  await first.terminate()
  const second = take('threads', { maxWorkers: 2 })
  expect(second).not.toBe(first)
  expect(take('threads', { maxWorkers: 2, reuse: false })).not.toBe(second)
})

// loky: test_reusable_executor_resize
test('another size is given to the one that has nothing to do, and its workers stay warm', async () => {
  const executor = take('threads', { maxWorkers: 1 })
  const thread = await executor.submit(() => process.getBuiltinModule('node:worker_threads').threadId)
  expect(take('threads', { maxWorkers: 3 })).toBe(executor)
  expect(executor.maxWorkers).toBe(3)
  expect(await executor.submit(() => process.getBuiltinModule('node:worker_threads').threadId)).toBe(thread)
  expect(take('threads', { maxWorkers: 1 })).toBe(executor)
})

test('one that is busy for somebody else keeps its size', async () => {
  const flag = new Int32Array(new SharedArrayBuffer(4))
  const executor = take('threads', { maxWorkers: 1 })
  const busy = executor.submit((word: Int32Array) => Atomics.wait(word, 0, 0), flag)
  const other = take('threads', { maxWorkers: 2 })
  expect(other).not.toBe(executor)
  expect([executor.maxWorkers, other.maxWorkers]).toEqual([1, 2])
  Atomics.store(flag, 0, 1)
  Atomics.notify(flag, 0)
  await busy
})

test('one that is leased keeps its size while it has nothing to do', () => {
  const executor = take('threads', { maxWorkers: 1 })
  const giveBack = executor.lease()
  expect(take('threads', { maxWorkers: 2 })).not.toBe(executor)
  giveBack()
  expect(take('threads', { maxWorkers: 1 })).toBe(executor)
})

// loky: test_reusable_executor_reuse_true
test('K18 reuse: true takes the one that is there, with its size and its options', () => {
  const executor = take('threads', { maxWorkers: 2, idleTimeoutMs: 1000 })
  expect(take('threads', { maxWorkers: 5, reuse: true })).toBe(executor)
  expect(executor.maxWorkers).toBe(2)
  expect(take('threads', { maxWorkers: 2 })).not.toBe(executor)
})

// loky: test_reusable_initializer
test('K20 with another initializer there are other workers', async () => {
  const set = (value: number): void => void ((globalThis as { given?: number }).given = value)
  const get = (): number | undefined => (globalThis as { given?: number }).given
  const one = take('threads', { maxWorkers: 1, initializer: set, initializerArgs: [1] })
  expect(await one.submit(get)).toBe(1)
  expect(take('threads', { maxWorkers: 1, initializer: set, initializerArgs: [1] })).toBe(one)
  const two = take('threads', { maxWorkers: 1, initializer: set, initializerArgs: [2] })
  expect(await two.submit(get)).toBe(2)
  expect(take('threads', { maxWorkers: 1, initializer: set, initializerArgs: [1], reuse: true })).toBe(two)
})

// loky: test_kill_workers_on_new_options
test('K10 killWorkers ends what runs in the one that is replaced', async () => {
  const executor = take('processes', { maxWorkers: 1 })
  const stuck = executor.submit(() => {
    for (;;);
  })
  const other = take('processes', { maxWorkers: 1, idleTimeoutMs: 1000, killWorkers: true })
  await expect(stuck).rejects.toThrow(expect.objectContaining({ name: 'ShutdownError' }))
  expect(await other.submit(() => 1)).toBe(1)
})

// loky: test_resize_after_timeout
test('K12 it can be resized when its idle workers were closed', async () => {
  const executor = take('threads', { maxWorkers: 2, idleTimeoutMs: 1 })
  await executor.submit(() => 1)
  while (executor.stats().workers > 0) await new Promise(setImmediate)
  expect(take('threads', { maxWorkers: 1, idleTimeoutMs: 1 })).toBe(executor)
  expect(await executor.submit(() => 2)).toBe(2)
})

// loky: test_invalid_process_number
test('K13 sizes and options that there are not', () => {
  expect(() => take('threads', { maxWorkers: 0 })).toThrow('maxWorkers must be')
  expect(() => take('threads', { maxWorkers: -1, reuse: true })).toThrow('maxWorkers must be')
  expect(() => take('threads', { reuse: 'yes' as never })).toThrow('reuse must be true, false or')
  expect(() => take('thread' as never)).toThrow("kind must be 'threads' or 'processes'")
  expect(() => take('threads', { kill_workers: true } as never)).toThrow('killWorkers')
  expect(() => take('processes', { startMethod: 'fork' as never })).toThrow("no start method 'fork'")
})
